import type { By } from "@closebell/context";
import type { Work } from "@closebell/database";
import { sql } from "drizzle-orm";
import { newKeySecret } from "../api-keys/api-key-text.ts";
import type { KeyDeps } from "../api-keys/key-deps.ts";
import { hashSecret } from "../secrets/hash-secret.ts";

/** How long a one-time token can be traded for an API key. */
const CLAIM_HOURS = 24;

/** A one-time token; traded for an API key by `claimStaff`. Shown this once. */
export interface ClaimToken {
  readonly token: string;
  readonly expiresAt: Temporal.Instant;
}

/** Makes a one-time token, and ends those made before for the same person (`userId` null: the first admin). */
export const insertClaim = async (
  deps: KeyDeps,
  work: Pick<Work, "tx">,
  input: { readonly by: By; readonly userId: string | null },
): Promise<ClaimToken> => {
  const secret = newKeySecret(deps.randomBytes);
  await work.tx.execute(sql`
    update identity.staff_claim set used_at = identity.now()
    where user_id is not distinct from ${input.userId}::uuid and used_at is null`);
  const [row] = await work.tx.execute<{ expires_at: Temporal.Instant }>(sql`
    insert into identity.staff_claim (id, user_id, token_hash, created_by, created_at, expires_at)
    select ${deps.ids.uuid()}::uuid, ${input.userId}::uuid, ${hashSecret(secret)}::bytea, ${input.by.actor.id}::uuid,
      now, now + make_interval(hours => ${CLAIM_HOURS})
    from identity.now() as now
    returning expires_at`);
  if (row === undefined) throw new Error("The one-time token was not made.");
  return { token: `cb_claim_${secret}`, expiresAt: row.expires_at };
};

/** Hash of the secret in a one-time token; of anything else, one that fits nothing. */
export const hashOfClaim = (token: string): Uint8Array =>
  hashSecret(token.trim().replace(/^cb_claim_/, ""));
