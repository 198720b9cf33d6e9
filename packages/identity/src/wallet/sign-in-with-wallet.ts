import type { By } from "@closebell/context";
import type { Client, IdentityDeps } from "../identity-deps.ts";
import type { SignedIn } from "../sessions/session.ts";
/** Signs in by a signed message. */
export const signInWithWallet = (
  deps: IdentityDeps,
  input: {
    readonly by: By;
    readonly from: Client;
    readonly message: string;
    readonly signature: string;
    readonly totp?: string | undefined;
    readonly recoveryCode?: string | undefined;
  },
): Promise<SignedIn & { readonly created: boolean }> =>
  Promise.reject(new Error(`signInWithWallet is not there yet: ${typeof deps} ${typeof input}`));
