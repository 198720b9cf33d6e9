import type { IdentityDeps } from "../identity-deps.ts";
import type { Mailer } from "./mailer.ts";

/** Sends the letters that wait. */
export const deliverMail = (
  deps: Pick<IdentityDeps, "database" | "log" | "auth"> & { readonly mailer: Mailer },
): Promise<{ readonly sent: number; readonly failed: number }> =>
  Promise.reject(new Error(`deliverMail is not there yet: ${typeof deps}`));
