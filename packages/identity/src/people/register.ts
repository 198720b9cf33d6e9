import type { By } from "@closebell/context";
import type { Client, IdentityDeps } from "../identity-deps.ts";

/** Mails a token that makes the account. */
export const register = (
  deps: IdentityDeps,
  input: {
    readonly by: By;
    readonly from: Client;
    readonly email: string;
    readonly password: string;
  },
): Promise<void> =>
  Promise.reject(new Error(`register is not there yet: ${typeof deps} ${typeof input}`));
