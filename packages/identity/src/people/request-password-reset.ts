import type { By } from "@closebell/context";
import type { Client, IdentityDeps } from "../identity-deps.ts";

/** Mails a token that sets a new password. */
export const requestPasswordReset = (
  deps: IdentityDeps,
  input: { readonly by: By; readonly from: Client; readonly email: string },
): Promise<void> =>
  Promise.reject(
    new Error(`requestPasswordReset is not there yet: ${typeof deps} ${typeof input}`),
  );
