import type { By } from "@closebell/context";
import type { Client, IdentityDeps } from "../identity-deps.ts";

/** Begins to enrol. */
export const enrolTotp = (
  deps: IdentityDeps,
  input: { readonly by: By; readonly from: Client; readonly totp?: string | undefined },
): Promise<{ readonly secret: string; readonly uri: string }> =>
  Promise.reject(new Error(`enrolTotp is not there yet: ${typeof deps} ${typeof input}`));
