import { DomainError } from "@closebell/context";
import type { Work } from "@closebell/database";
import { sql } from "drizzle-orm";
import type { IdentityDeps } from "../identity-deps.ts";
import { hashSecret, newSecret } from "../secrets/hash-secret.ts";

/** How a mailed token begins. */
const PREFIX = "cb_mail_";

const HOURS = { register: 24, reset: 1 } as const;

interface Grant {
  readonly purpose: keyof typeof HOURS;
  readonly email: string;
  readonly userId?: string | undefined;
  readonly passwordHash?: string | undefined;
}

/** A token to be mailed, of which the database has the hash. */
export const addMailToken = async (
  deps: Pick<IdentityDeps, "randomBytes">,
  work: Pick<Work, "tx">,
  grant: Grant,
): Promise<string> => {
  const token = newSecret(deps.randomBytes, PREFIX);
  const { purpose, email, userId, passwordHash } = grant;
  await work.tx.execute(sql`
    insert into identity.mail_token (hash, purpose, address, user_id, password_hash, expires_at)
    values (${hashSecret(token)}, ${purpose}, ${email}, ${userId ?? null}, ${passwordHash ?? null},
      identity.now() + ${HOURS[purpose]} * interval '1 hour')`);
  return token;
};

export const tokenInvalid = (cause?: unknown): DomainError =>
  new DomainError(
    "TOKEN_INVALID",
    "The token is not one of ours, was used, or is too old. Ask for a new one.",
    { cause },
  );

interface Used extends Record<string, unknown> {
  readonly email: string;
  readonly userId: string | null;
  readonly passwordHash: string | null;
}

/**
 * Uses a token up, in the transaction of what it is for: it counts once.
 * @throws DomainError TOKEN_INVALID
 */
export const useMailToken = async (
  work: Pick<Work, "tx">,
  purpose: keyof typeof HOURS,
  token: string,
): Promise<Used> => {
  const [row] = await work.tx.execute<Used>(sql`
    update identity.mail_token set used_at = identity.now()
    where hash = ${hashSecret(token)} and purpose = ${purpose} and used_at is null and expires_at > identity.now()
    returning address as email, user_id as "userId", password_hash as "passwordHash"`);
  if (row === undefined) throw tokenInvalid();
  return row;
};

/** Ends the tokens that were mailed to set a new password, in the transaction that has set one. */
export const voidResetTokens = async (work: Pick<Work, "tx">, userId: string): Promise<void> => {
  await work.tx.execute(sql`
    update identity.mail_token set used_at = identity.now()
    where user_id = ${userId} and purpose = 'reset' and used_at is null`);
};
