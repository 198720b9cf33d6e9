import type { By } from "@closebell/context";
import type { Work } from "@closebell/database";
import { sql } from "drizzle-orm";
import { realTime } from "../api-keys/api-key.ts";
import { hashOfSecret, newSecret } from "../api-keys/api-key-text.ts";
import type { KeyDeps } from "../api-keys/key-deps.ts";

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
  const secret = newSecret(deps.randomBytes);
  await work.tx.execute(sql`
    update identity.staff_claim set used_at = ${realTime}
    where user_id is not distinct from ${input.userId}::uuid and used_at is null`);
  const [row] = await work.tx.execute<{ expires_at: Temporal.Instant }>(sql`
    insert into identity.staff_claim (id, user_id, token_hash, created_by, created_at, expires_at)
    select ${deps.ids.uuid()}::uuid, ${input.userId}::uuid, decode(${hashOfSecret(secret)}, 'hex'), ${input.by.actor.id}::uuid,
      now, now + make_interval(hours => ${CLAIM_HOURS})
    from ${realTime} as now
    returning expires_at`);
  if (row === undefined) throw new Error("The one-time token was not made.");
  return { token: `cb_claim_${secret}`, expiresAt: row.expires_at };
};

/** Hash of the secret in a one-time token, in hex; of anything else, one that fits nothing. */
export const hashOfClaim = (token: string): string =>
  hashOfSecret(token.trim().replace(/^cb_claim_/, ""));
