import type { By } from "@closebell/context";
import type { Client, IdentityDeps } from "../identity-deps.ts";

/** Sets a new password and ends every session. */
export const resetPassword = (
  deps: IdentityDeps,
  input: {
    readonly by: By;
    readonly from: Client;
    readonly token: string;
    readonly password: string;
  },
): Promise<void> =>
  Promise.reject(new Error(`resetPassword is not there yet: ${typeof deps} ${typeof input}`));
