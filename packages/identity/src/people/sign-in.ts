import type { By } from "@closebell/context";
import { reachable, transact, type Work } from "@closebell/database";
import { sql } from "drizzle-orm";
import type { Client, IdentityDeps } from "../identity-deps.ts";
import type { Codes } from "../second-factor/codes.ts";
import { proveSecondFactor } from "../second-factor/prove-second-factor.ts";
import { fingerprint } from "../secrets/hash-secret.ts";
import { isOutdated } from "../secrets/password-hasher.ts";
import type { SignedIn } from "../sessions/session.ts";
import { startSession } from "../sessions/start-session.ts";
import type { User } from "../user.ts";
import { checkedEmail } from "./checked-email.ts";
import { triedPassword } from "./checked-password.ts";
import { limitAttempts, limitCodes } from "./limit-attempts.ts";
import { auditFailure, SignInFailed } from "./sign-in-failed.ts";

interface SignIn extends Codes {
  readonly by: By;
  readonly from: Client;
  readonly email: string;
  readonly password: string;
}

interface Known extends User, Record<string, unknown> {
  readonly hash: string | null;
}

const findUser = async ({ database }: IdentityDeps, email: string): Promise<Known | undefined> => {
  const [row] = await reachable(database.url, () =>
    database.orm.execute<Known>(sql`
      select owner.id, owner.kind, owner.handle, owner.created_at as "createdAt", password.hash
      from identity.email email
      join identity.user owner on owner.id = email.user_id
      left join identity.password password on password.user_id = owner.id
      where email.address = ${email}`),
  );
  return row;
};

/** Fails where the password was changed since it was compared; until the transaction ends it can't be. */
const holdPassword = async (work: Pick<Work, "tx">, known: Known): Promise<void> => {
  const held = await work.tx.execute(sql`
    select from identity.password where user_id = ${known.id} and hash = ${known.hash} for share`);
  if (held.length === 0) throw new SignInFailed("name or password");
};

const improve = async (work: Pick<Work, "tx">, userId: string, better: string): Promise<void> => {
  await work.tx.execute(
    sql`update identity.password set hash = ${better} where user_id = ${userId}`,
  );
};

const prove = async (
  deps: IdentityDeps,
  known: Known | undefined,
  input: SignIn,
): Promise<SignedIn> => {
  const password = triedPassword(input.password);
  const right = await deps.passwords.verify(password, known?.hash ?? null);
  if (!right || known === undefined) throw new SignInFailed("name or password");
  const outdated = known.hash !== null && isOutdated(known.hash);
  const better = outdated ? await deps.passwords.hash(password) : undefined;
  await limitCodes(deps, known.id, input);
  const { by, from } = input;
  const { id, kind, handle, createdAt } = known;
  const user: User = { id, kind, handle, createdAt };
  return transact(deps, async (work) => {
    await holdPassword(work, known);
    const secondFactor = await proveSecondFactor(deps, work, by, user, input);
    if (better !== undefined) await improve(work, id, better);
    return startSession(deps, work, { by, from, user, method: "password", secondFactor });
  });
};

/**
 * Signs in by email and password, and a one-time code where the account has a second factor. An unknown account costs the
 * same work as a wrong password, and is refused in the same words. Audited either way.
 * @throws DomainError SIGN_IN_FAILED, SECOND_FACTOR_REQUIRED, VALIDATION_FAILED, RATE_LIMITED, OVERLOADED
 */
export const signIn = async (deps: IdentityDeps, input: SignIn): Promise<SignedIn> => {
  const email = checkedEmail(input.email);
  await limitAttempts(deps, input.from, email);
  const known = await findUser(deps, email);
  const subject =
    known === undefined ? `unknown/${fingerprint(deps.auth.secret, email)}` : `user/${known.id}`;
  return auditFailure(deps, { ...input, subject }, () => prove(deps, known, input));
};
