import type { By } from "@closebell/context";
import type { Client, IdentityDeps } from "../identity-deps.ts";

/** Changes the password and ends every other session. */
export const changePassword = (
  deps: IdentityDeps,
  input: {
    readonly by: By;
    readonly from: Client;
    readonly sessionId: string | null;
    readonly currentPassword: string;
    readonly newPassword: string;
  },
): Promise<{ readonly ended: number }> =>
  Promise.reject(new Error(`changePassword is not there yet: ${typeof deps} ${typeof input}`));
