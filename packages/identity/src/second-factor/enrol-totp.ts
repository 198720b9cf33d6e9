import type { By } from "@closebell/context";
import { recordAudit, transact } from "@closebell/database";
import { sql } from "drizzle-orm";
import { generateURI, ScureBase32Plugin } from "otplib";
import type { Client, IdentityDeps } from "../identity-deps.ts";
import { emailOf } from "../people/add-email.ts";
import { limitCodes } from "../people/limit-attempts.ts";
import { auditFailure } from "../people/sign-in-failed.ts";
import type { Codes } from "./codes.ts";
import { ownUser } from "./own-user.ts";
import { proveSecondFactor } from "./prove-second-factor.ts";
import { sealTotp } from "./totp-row.ts";

/** 160 bits, as long as the hash it feeds (RFC 4226 section 4). */
const SECRET_BYTES = 20;

/**
 * Begins to enrol an authenticator for the caller: its secret (base 32), and the same as a URI to show as a QR code. It counts
 * once `confirmTotp` has seen a code of it; until then one that was confirmed before stays, and must give a code here, or a
 * recovery code where it is lost.
 * @throws DomainError SECOND_FACTOR_REQUIRED, SIGN_IN_FAILED, RATE_LIMITED, OVERLOADED
 */
export const enrolTotp = async (
  deps: IdentityDeps,
  input: Codes & { readonly by: By; readonly from: Client },
): Promise<{ readonly secret: string; readonly uri: string }> => {
  const { by } = input;
  const userId = by.actor.id;
  const subject = `user/${userId}`;
  await limitCodes(deps, userId, input);
  const bytes = deps.randomBytes(SECRET_BYTES);
  const secret = new ScureBase32Plugin().encode(bytes, { padding: false });
  const sealed = sealTotp(deps, userId, secret);
  return auditFailure(deps, { ...input, subject }, () =>
    transact(deps, async (work) => {
      const user = await ownUser(work, by);
      await proveSecondFactor(deps, work, by, user, input);
      await work.tx.execute(sql`
        insert into identity.totp (user_id, pending) values (${userId}, ${sealed})
        on conflict (user_id) do update set pending = excluded.pending`);
      await recordAudit(work, { by, action: "second-factor.begin", subject });
      const label = (await emailOf(work.tx, userId)) ?? by.actor.name;
      return { secret, uri: generateURI({ issuer: "Closebell", label, secret }) };
    }),
  );
};
