import { DomainError, SYSTEM_ACTORS, type By } from "@closebell/context";
import { recordAudit, transact, type Work } from "@closebell/database";
import { sql } from "drizzle-orm";
import { realTime } from "../api-keys/api-key.ts";
import { insertApiKey, type NewApiKey } from "../api-keys/create-api-key.ts";
import type { KeyDeps } from "../api-keys/key-deps.ts";
import { hashOfClaim, insertClaim, type ClaimToken } from "./claim-token.ts";
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
    update identity.staff_claim set used_at = ${realTime}
    where token_hash = decode(${hashOfClaim(token)}, 'hex') and used_at is null and expires_at > ${realTime}
    returning user_id`);
  if (used === undefined) throw invalid();
  return used.user_id;
};

const firstAdmin = async (
  deps: KeyDeps,
  work: Work,
  handle: string | undefined,
): Promise<StaffMember> => {
  if (await hasAdmin(work)) throw invalid();
  if (handle === undefined) {
    throw new DomainError("VALIDATION_FAILED", "The first admin needs a name.", {
      errors: [{ pointer: "/handle", detail: "must be given with the first admin's token" }],
    });
  }
  const by = { actor: SYSTEM_ACTORS.migration, requestId: deps.ids.uuid(), reason: REASON };
  return insertStaff(deps, work, { by, handle, roles: ["admin"] });
};

/**
 * Trades a one-time token for the API key of the member of staff it was made for. The first admin's token makes that admin,
 * called `handle`; for anybody else `handle` must be left out.
 * @throws DomainError TOKEN_INVALID, VALIDATION_FAILED, HANDLE_TAKEN
 */
export const claimStaff = (
  deps: KeyDeps,
  input: {
    readonly token: string;
    readonly requestId: string;
    readonly handle?: string | undefined;
  },
): Promise<{ readonly member: StaffMember } & NewApiKey> =>
  transact(deps, async (work) => {
    await lockStaff(work);
    const userId = await useUp(work, input.token);
    const member =
      userId === null
        ? await firstAdmin(deps, work, input.handle)
        : await staffMember(work.tx, userId);
    const by: By = {
      actor: { kind: "staff", id: member.id, name: member.handle },
      requestId: input.requestId,
      reason: REASON,
    };
    const after = { id: member.id, roles: member.roles };
    await recordAudit(work, { by, action: "staff.claim", subject: member.handle, after });
    const name = `claimed by ${member.handle}`;
    return { member, ...(await insertApiKey(deps, work, { by, userId: member.id, name })) };
  });
