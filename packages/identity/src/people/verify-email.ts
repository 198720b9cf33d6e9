import type { By } from "@closebell/context";
import { constraintOf, reachable, recordAudit, transact, type Work } from "@closebell/database";
import { sql } from "drizzle-orm";
import { insertPlayer } from "../create-user.ts";
import type { Client, IdentityDeps } from "../identity-deps.ts";
import { hashSecret } from "../secrets/hash-secret.ts";
import type { SignedIn } from "../sessions/session.ts";
import { startSession } from "../sessions/start-session.ts";
import { actorOf } from "../user.ts";
import { addEmail } from "./add-email.ts";
import { triedPassword } from "./checked-password.ts";
import { limitAttempts } from "./limit-attempts.ts";
import { tokenInvalid, useMailToken } from "./mail-token.ts";

interface Verify {
  readonly by: By;
  readonly from: Client;
  readonly token: string;
  readonly password: string;
}

const passwordHashOf = async (
  { database }: IdentityDeps,
  token: string,
): Promise<string | null> => {
  const [row] = await reachable(database.url, () =>
    database.orm.execute<{ hash: string | null }>(sql`
      select password_hash as hash from identity.mail_token
      where hash = ${hashSecret(token)} and purpose = 'register'`),
  );
  return row?.hash ?? null;
};

const open = async (deps: IdentityDeps, work: Work, input: Verify): Promise<SignedIn> => {
  const { by, from } = input;
  const { email, passwordHash } = await useMailToken(work, "register", input.token);
  const user = await insertPlayer(deps, work, null);
  await addEmail(work.tx, { userId: user.id, email });
  await work.tx.execute(sql`
    insert into identity.password (user_id, hash) values (${user.id}, ${passwordHash})`);
  await recordAudit(work, {
    by: { ...by, actor: actorOf(user) },
    action: "user.register",
    subject: `user/${user.id}`,
  });
  return startSession(deps, work, { by, from, user, method: "email", secondFactor: false });
};

/**
 * Makes the account a mailed token is for, and signs in to it. The password chosen at registration is asked for again:
 * otherwise whoever registered with another's address would know the password of the account its owner opens.
 * @throws DomainError TOKEN_INVALID (also where the password is another, or the address has an account by now),
 *   VALIDATION_FAILED, RATE_LIMITED, OVERLOADED
 */
export const verifyEmail = async (deps: IdentityDeps, input: Verify): Promise<SignedIn> => {
  const password = triedPassword(input.password);
  await limitAttempts(deps, input.from, input.token);
  const hash = await passwordHashOf(deps, input.token);
  if (!(await deps.passwords.verify(password, hash))) throw tokenInvalid();
  try {
    return await transact(deps, (work) => open(deps, work, input));
  } catch (error) {
    throw constraintOf(error) === "email_unique" ? tokenInvalid(error) : error;
  }
};
