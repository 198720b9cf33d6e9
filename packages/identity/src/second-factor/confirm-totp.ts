import type { By } from "@closebell/context";
import type { Client, IdentityDeps } from "../identity-deps.ts";

/** Confirms. */
export const confirmTotp = (
  deps: IdentityDeps,
  input: {
    readonly by: By;
    readonly from: Client;
    readonly code: string;
    readonly sessionId: string | null;
  },
): Promise<{ readonly recoveryCodes: readonly string[] }> =>
  Promise.reject(new Error(`confirmTotp is not there yet: ${typeof deps} ${typeof input}`));
