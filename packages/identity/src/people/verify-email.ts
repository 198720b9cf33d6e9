import type { By } from "@closebell/context";
import type { Client, IdentityDeps } from "../identity-deps.ts";
import type { SignedIn } from "../sessions/session.ts";
/** Makes the account the mailed token is for. */
export const verifyEmail = (
  deps: IdentityDeps,
  input: { readonly by: By; readonly from: Client; readonly token: string },
): Promise<SignedIn> =>
  Promise.reject(new Error(`verifyEmail is not there yet: ${typeof deps} ${typeof input}`));
