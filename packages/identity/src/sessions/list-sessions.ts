import type { By } from "@closebell/context";
import type { Client, IdentityDeps } from "../identity-deps.ts";
import type { Session } from "./session.ts";
/** Live sessions. */
export const listSessions = (
  deps: IdentityDeps,
  input: { readonly userId: string; readonly by?: By; readonly from?: Client },
): Promise<readonly Session[]> =>
  Promise.reject(new Error(`listSessions is not there yet: ${typeof deps} ${typeof input}`));
