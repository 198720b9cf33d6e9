import type { By } from "@closebell/context";
import type { Client, IdentityDeps } from "../identity-deps.ts";

/** Removes. */
export const removeTotp = (
  deps: IdentityDeps,
  input: { readonly by: By; readonly from: Client; readonly code: string },
): Promise<void> =>
  Promise.reject(new Error(`removeTotp is not there yet: ${typeof deps} ${typeof input}`));
