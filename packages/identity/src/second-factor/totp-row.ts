import type { Work } from "@closebell/database";
import { sql } from "drizzle-orm";
import type { IdentityDeps } from "../identity-deps.ts";
import { seal, unseal } from "../secrets/seal.ts";

interface TotpRow extends Record<string, unknown> {
  readonly secret: Uint8Array | null;
  readonly pending: Uint8Array | null;
  readonly lastStep: bigint | null;
  readonly now: Temporal.Instant;
}

/** A user's second factor, locked until the transaction ends; none where nothing was ever begun. */
export const lockTotp = async (
  work: Pick<Work, "tx">,
  userId: string,
): Promise<TotpRow | undefined> => {
  const [row] = await work.tx.execute<TotpRow>(sql`
    select secret, pending, last_step as "lastStep", identity.now() as now
    from identity.totp where user_id = ${userId} for update`);
  return row;
};

const purposeOf = (userId: string): string => `totp:${userId}`;

export const sealTotp = (
  deps: Pick<IdentityDeps, "auth" | "randomBytes">,
  userId: string,
  secret: string,
): Uint8Array =>
  seal({ secret: deps.auth.secret, randomBytes: deps.randomBytes }, purposeOf(userId), secret);

export const openTotp = (
  deps: Pick<IdentityDeps, "auth">,
  userId: string,
  sealed: Uint8Array,
): string => {
  const secret = unseal(deps.auth.secret, purposeOf(userId), sealed);
  if (secret !== undefined) return secret;
  throw new Error(
    "AUTH_SECRET does not open a second factor. Start with the one it was sealed with.",
  );
};
