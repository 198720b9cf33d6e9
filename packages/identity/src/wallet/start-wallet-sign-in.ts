import type { By } from "@closebell/context";
import type { Client, IdentityDeps } from "../identity-deps.ts";

/** Gives a message to sign. */
export const startWalletSignIn = (
  deps: IdentityDeps,
  input: {
    readonly by: By;
    readonly from: Client;
    readonly address: string;
    readonly chainId: number;
  },
): Promise<{
  readonly message: string;
  readonly nonce: string;
  readonly expiresAt: Temporal.Instant;
}> =>
  Promise.reject(new Error(`startWalletSignIn is not there yet: ${typeof deps} ${typeof input}`));
