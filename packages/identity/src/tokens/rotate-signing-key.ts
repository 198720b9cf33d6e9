import type { By } from "@closebell/context";
import type { Client, IdentityDeps } from "../identity-deps.ts";

/** Rotates. */
export const rotateSigningKey = (
  deps: IdentityDeps,
  input: { readonly by: By; readonly from?: Client },
): Promise<{ readonly kid: string; readonly signsFrom: Temporal.Instant }> =>
  Promise.reject(new Error(`rotateSigningKey is not there yet: ${typeof deps} ${typeof input}`));
