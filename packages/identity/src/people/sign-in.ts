import type { By } from "@closebell/context";
import type { Client, IdentityDeps } from "../identity-deps.ts";
import type { SignedIn } from "../sessions/session.ts";
/** Signs in by email and password. */
export const signIn = (
  deps: IdentityDeps,
  input: {
    readonly by: By;
    readonly from: Client;
    readonly email: string;
    readonly password: string;
    readonly totp?: string | undefined;
    readonly recoveryCode?: string | undefined;
  },
): Promise<SignedIn> =>
  Promise.reject(new Error(`signIn is not there yet: ${typeof deps} ${typeof input}`));
