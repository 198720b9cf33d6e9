import type { By } from "@closebell/context";
import type { Client, IdentityDeps } from "../identity-deps.ts";

/** Ends one of the caller's sessions. */
export const endSession = (
  deps: IdentityDeps,
  input: { readonly by: By; readonly from?: Client; readonly sessionId: string },
): Promise<void> =>
  Promise.reject(new Error(`endSession is not there yet: ${typeof deps} ${typeof input}`));
