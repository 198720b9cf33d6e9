import type { By } from "@closebell/context";
import type { Client, IdentityDeps } from "../identity-deps.ts";

/** Ends a user's sessions. */
export const endAllSessions = (
  deps: IdentityDeps,
  input: {
    readonly by: By;
    readonly from?: Client;
    readonly userId: string;
    readonly except?: string | undefined;
  },
): Promise<{ readonly ended: number }> =>
  Promise.reject(new Error(`endAllSessions is not there yet: ${typeof deps} ${typeof input}`));
