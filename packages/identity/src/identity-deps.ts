import type { RateLimiter } from "@closebell/context";
import type { Deps } from "@closebell/database";
import type { PasswordHasher } from "./secrets/password-hasher.ts";
import type { WalletSignatures } from "./wallet/wallet-signatures.ts";

/** So many random bytes, fit for secrets. */
export type RandomBytes = (size: number) => Uint8Array;

/** How often something may be tried. */
export interface Quota {
  readonly quota: number;
  readonly windowSeconds: number;
}

/** What sign-in needs to know of the service it is for. */
export interface AuthSettings {
  /** 32 or more random bytes, base64url. Seals signing keys, second factors and mails at rest. */
  readonly secret: string;
  /** `iss` of access tokens: the service's own URL. */
  readonly issuer: string;
  /** `aud` of access tokens. */
  readonly audience: string;
  /** What a wallet signs (EIP-4361): authority and URI of the page that asks, and the chains that may be named. */
  readonly site: {
    readonly domain: string;
    readonly uri: string;
    readonly chainIds: readonly number[];
  };
  /** Attempts to prove who one is; 10 an account and 100 an address in 15 minutes where not given. */
  readonly limits?: { readonly perAccount: Quota; readonly perAddress: Quota };
}

/** What verbs about people and their credentials are given. */
export interface IdentityDeps extends Deps {
  readonly limiter: RateLimiter;
  readonly passwords: PasswordHasher;
  readonly wallets: WalletSignatures;
  readonly randomBytes: RandomBytes;
  readonly auth: AuthSettings;
}

/** Whoever is at the other end of the connection. */
export interface Client {
  /** IP address. */
  readonly address: string;
  /** As sent; cut to 200 characters where it is kept. */
  readonly userAgent?: string | undefined;
}
