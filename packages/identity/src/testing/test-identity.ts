import { createHash, randomBytes } from "node:crypto";
import { randomIds, SYSTEM_ACTORS, type By, type RateLimiter } from "@closebell/context";
import { memoryEvents, silentLogger } from "@closebell/context/testing";
import type { Database } from "@closebell/database";
import { z } from "zod";
import type { Client, IdentityDeps } from "../identity-deps.ts";
import type { Mail, Mailer } from "../mail/mailer.ts";
import type { PasswordHasher } from "../secrets/password-hasher.ts";
import type { WalletMessage, WalletSignatures } from "../wallet/wallet-signatures.ts";

/** A limiter that counts in memory and never forgets: each quota is good for one test. */
export const countingLimiter = (): RateLimiter => {
  const taken = new Map<string, number>();
  return {
    take(limits) {
      const allowed = limits.every(({ key, quota }) => (taken.get(key) ?? 0) < quota);
      const states = limits.map(({ key, quota, windowSeconds }) => {
        const before = taken.get(key) ?? 0;
        if (allowed) taken.set(key, before + 1);
        const remaining = quota - (taken.get(key) ?? 0);
        return { allowed: before < quota, remaining, resetSeconds: windowSeconds };
      });
      return Promise.resolve(states);
    },
    close: () => Promise.resolve(),
  };
};

/** A mailer that keeps what it was given. */
export const memoryMailer = (): Mailer & { readonly sent: Mail[] } => {
  const sent: Mail[] = [];
  return {
    sent,
    send(mail) {
      sent.push(mail);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
};

const message = z.object({
  scheme: z.string().optional(),
  domain: z.string(),
  address: z.string(),
  statement: z.string().optional(),
  uri: z.string(),
  version: z.string(),
  chainId: z.number(),
  nonce: z.string(),
  issuedAt: z.string(),
  expirationTime: z.string().optional(),
  notBefore: z.string().optional(),
});

const digest = (text: string): string => createHash("sha256").update(text).digest("hex");

/** What the owner of `address` would sign with scripted wallets. */
export const scriptedSignature = (address: string, text: string): string =>
  `${address}:${digest(text)}`;

/** Wallets without cryptography: messages are JSON, a signature names its signer and the text's hash. */
export const scriptedWallets: WalletSignatures = {
  addressOf: (text) => (/^0x[0-9a-f]{40}$/i.test(text) ? text.toLowerCase() : undefined),
  compose: (fields: WalletMessage) => JSON.stringify(fields),
  parse(text) {
    try {
      return message.parse(JSON.parse(text));
    } catch {
      return undefined;
    }
  },
  signerOf(text, signature) {
    const [address = ""] = signature.split(":");
    const right = signature === scriptedSignature(address, text);
    return Promise.resolve(right ? address : undefined);
  },
};

/** Hashes in no time what a test's passwords need no protection from; looks like today's hashes. */
export const quickPasswords: PasswordHasher = {
  hash(password) {
    const salt = randomBytes(16).toString("base64url");
    return Promise.resolve(`$argon2id$v=19$m=19456,t=2,p=1$${salt}$${digest(salt + password)}`);
  },
  verify(password, hash) {
    const [salt = "", found] = hash?.split("$").slice(-2) ?? [];
    return Promise.resolve(found === digest(salt + password));
  },
};

/** What identity's verbs need, on a scratch database; everything else in memory. */
export const testIdentity = (
  database: Database,
  change: Partial<IdentityDeps> = {},
): IdentityDeps & { readonly events: ReturnType<typeof memoryEvents> } => ({
  database,
  ids: randomIds,
  log: silentLogger,
  limiter: countingLimiter(),
  passwords: quickPasswords,
  wallets: scriptedWallets,
  randomBytes,
  auth: {
    secret: "test-secret-of-thirty-two-bytes-or-more-",
    issuer: "https://bets.example",
    audience: "closebell",
    site: { domain: "bets.example", uri: "https://bets.example", chainIds: [1, 31337] },
  },
  ...change,
  events: memoryEvents(),
});

/** Somebody unknown, from an address for tests (RFC 5737). */
export const stranger = (): { readonly by: By; readonly from: Client } => ({
  by: { actor: SYSTEM_ACTORS.anonymous, requestId: randomIds.uuid() },
  from: { address: "203.0.113.7", userAgent: "test" },
});

/** Opens eight connections, so that what comes next at once really meets. */
export const warmUp = async ({ sql }: Database): Promise<void> => {
  await Promise.all(Array.from({ length: 8 }, () => sql`select pg_sleep(0.05)`));
};

/** Moves the real time that credentials live by. On a scratch database only. */
export const moveRealTime = async (owner: Database, by: Temporal.DurationLike): Promise<void> => {
  const seconds = Temporal.Duration.from(by).total("seconds");
  await owner.sql
    .unsafe(`create or replace function identity.now() returns timestamptz language sql stable
    return clock_timestamp() + ${seconds} * interval '1 second'`);
};
