import { DomainError, SYSTEM_ACTORS, type By } from "@closebell/context";
import { type Deps, recordAudit, transact, type Work } from "@closebell/database";
import { sql } from "drizzle-orm";
import { makeApiKey, type NewApiKey } from "../api-keys/create-api-key.ts";
import type { KeyDeps } from "../api-keys/key-deps.ts";
import type { LetterDeps } from "../mail/put-letter.ts";
import { hashOfClaim, insertClaim, type ClaimToken } from "./claim-token.ts";
import { giveEmail } from "./give-email.ts";
import { insertStaff } from "./insert-staff.ts";
import { hasAdmin, lockStaff } from "./lock-staff.ts";
import { staffMember, type StaffMember } from "./staff-member.ts";

const REASON = "one-time token";

const invalid = (): DomainError =>
  new DomainError(
    "TOKEN_INVALID",
    "The one-time token is mistyped, used, replaced by a newer one, or older than a day. Ask for another.",
  );

/**
 * A one-time token for whoever becomes the first admin, or null where there is an admin. Ends the one made before.
 */
export const firstAdminToken = (
  deps: KeyDeps,
  input: { readonly requestId: string },
): Promise<ClaimToken | null> =>
  transact(deps, async (work) => {
    await lockStaff(work);
    if (await hasAdmin(work)) return null;
    const by = { actor: SYSTEM_ACTORS.migration, requestId: input.requestId };
    return insertClaim(deps, work, { by, userId: null });
  });

/** Uses a token up; says for whom it was: null for the first admin. */
const useUp = async (work: Work, token: string): Promise<string | null> => {
  const [used] = await work.tx.execute<{ user_id: string | null }>(sql`
    update identity.staff_claim set used_at = identity.now()
    where token_hash = ${hashOfClaim(token)} and used_at is null and expires_at > identity.now()
    returning user_id`);
  if (used === undefined) throw invalid();
  return used.user_id;
};

const required = (field: "handle" | "email", given: string | undefined): string => {
  if (given !== undefined) return given;
  throw new DomainError("VALIDATION_FAILED", "The first admin needs a name and an address.", {
    errors: [{ pointer: `/${field}`, detail: "must be given with the first admin's token" }],
  });
};

interface Claim {
  readonly token: string;
  readonly requestId: string;
  /** The first admin's name; of no use to anybody else. */
  readonly handle?: string | undefined;
  /** Where the first admin is written to, likewise. */
  readonly email?: string | undefined;
}

const firstAdmin = async (deps: KeyDeps, work: Work, claim: Claim): Promise<StaffMember> => {
  if (await hasAdmin(work)) throw invalid();
  const handle = required("handle", claim.handle);
  const email = required("email", claim.email);
  const by = { actor: SYSTEM_ACTORS.migration, requestId: claim.requestId, reason: REASON };
  const member = await insertStaff(deps, work, { by, handle, roles: ["admin"] });
  await giveEmail(work, member.id, email);
  return member;
};

/**
 * Trades a one-time token for the API key of the member of staff it was made for, and tells them by mail. The first admin's
 * token makes that admin, called `handle`, at `email`.
 * @throws DomainError TOKEN_INVALID, VALIDATION_FAILED, HANDLE_TAKEN
 */
export const claimStaff = (
  deps: Deps & LetterDeps,
  input: Claim,
): Promise<{ readonly member: StaffMember } & NewApiKey> =>
  transact(deps, async (work) => {
    await lockStaff(work);
    const userId = await useUp(work, input.token);
    const member =
      userId === null ? await firstAdmin(deps, work, input) : await staffMember(work.tx, userId);
    const by: By = {
      actor: { kind: "staff", id: member.id, name: member.handle },
      requestId: input.requestId,
      reason: REASON,
    };
    const after = {
      id: member.id,
      roles: member.roles,
      ...(userId === null ? { email: input.email } : {}),
    };
    await recordAudit(work, { by, action: "staff.claim", subject: member.handle, after });
    const name = `claimed by ${member.handle}`;
    return { member, ...(await makeApiKey(deps, work, { by, name })) };
  });
