import type { By } from "@closebell/context";
import type { Client, IdentityDeps } from "../identity-deps.ts";
import type { SignedIn } from "../sessions/session.ts";
/** Trades a refresh token for new tokens. */
export const refreshSession = (
  deps: IdentityDeps,
  input: { readonly by: By; readonly from: Client; readonly refreshToken: string },
): Promise<SignedIn> =>
  Promise.reject(new Error(`refreshSession is not there yet: ${typeof deps} ${typeof input}`));
