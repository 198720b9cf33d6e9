import { randomBytes } from "node:crypto";
import type { RateLimiter } from "@closebell/context";
import type { Deps } from "@closebell/database";
import {
  type AuthSettings,
  createPasswordHasher,
  type IdentityDeps,
  type WalletSignatures,
} from "@closebell/identity";
import { embeddedSecret, noSecret } from "./auth-secret.ts";
import type { Config } from "./read-config.ts";

/** What verbs about people and their credentials need beside a database. */
export type IdentityParts = Omit<IdentityDeps, keyof Deps>;

/** Without a secret nobody can sign in; what needs none, as a command that moves a round, goes on. */
const secretless = (settings: Omit<AuthSettings, "secret">): AuthSettings => ({
  ...settings,
  get secret(): string {
    throw noSecret();
  },
});

/** Wallets' signatures; what reads them is heavy, and is loaded when the first wallet signs in. */
const lazyWallets = (): WalletSignatures => {
  let loaded: Promise<WalletSignatures> | undefined;
  const load = () =>
    (loaded ??= import("@closebell/adapters/wallet").then((wallet) => wallet.walletSignatures()));
  return {
    addressOf: async (text) => (await load()).addressOf(text),
    compose: async (message) => (await load()).compose(message),
    parse: async (text) => (await load()).parse(text),
    signerOf: async (text, signature) => (await load()).signerOf(text, signature),
  };
};

/**
 * Builds what identity needs.
 * @throws ConfigError where `signsIn` and there is no AUTH_SECRET and no embedded database to keep one beside
 */
export const createIdentity = async (input: {
  readonly config: Pick<Config, "auth" | "production" | "databaseUrl">;
  readonly dataDir: string | undefined;
  readonly sandbox: boolean;
  readonly signsIn: boolean;
  readonly limiter: RateLimiter;
}): Promise<IdentityParts> => {
  const { config, dataDir, sandbox, limiter } = input;
  const { secret: given, issuer, audience, site } = config.auth;
  const settings = { issuer, audience, site };
  const secret =
    given ??
    (dataDir === undefined
      ? undefined
      : await embeddedSecret({ dataDir, sandbox, production: config.production }));
  if (secret === undefined && input.signsIn) throw noSecret();
  return {
    limiter,
    passwords: createPasswordHasher(),
    wallets: lazyWallets(),
    randomBytes,
    auth: secret === undefined ? secretless(settings) : { ...settings, secret },
  };
};
