import { randomBytes } from "node:crypto";
import type { Deps } from "@closebell/database";
import type { IdentityDeps } from "../identity-deps.ts";
import { createPasswordHasher } from "../secrets/password-hasher.ts";

/** What identity needs beside a database, for tests: nothing is limited, and no wallet signs. */
export const identityParts = (): Omit<IdentityDeps, keyof Deps> => ({
  limiter: {
    take: (limits) =>
      Promise.resolve(
        limits.map(({ quota, windowSeconds }) => ({
          allowed: true,
          remaining: quota - 1,
          resetSeconds: windowSeconds,
        })),
      ),
    close: () => Promise.resolve(),
  },
  passwords: createPasswordHasher(),
  wallets: {
    addressOf: (text) => text,
    compose: ({ nonce }) => nonce,
    parse: () => undefined,
    signerOf: () => Promise.resolve(undefined),
  },
  randomBytes,
  auth: {
    secret: `sandbox-${Buffer.alloc(32, 7).toString("base64url")}`,
    issuer: "http://api.test",
    audience: "closebell",
    site: { domain: "api.test", uri: "http://api.test", chainIds: [1] },
  },
});
