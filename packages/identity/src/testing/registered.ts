import { sql } from "drizzle-orm";
import { deliverMail } from "../mail/deliver-mail.ts";
import type { IdentityDeps } from "../identity-deps.ts";
import { register } from "../people/register.ts";
import { verifyEmail } from "../people/verify-email.ts";
import type { SignedIn } from "../sessions/session.ts";
import { memoryMailer, stranger } from "./test-identity.ts";

/** The token in a letter. */
export const tokenIn = (text: string | undefined): string =>
  /cb_(?:mail|claim)_[\w-]+/.exec(text ?? "")?.[0] ?? "no token";

/** Takes the letters that wait in the database, as many as a pass delivers, newest last. */
export const lettersOf = async (deps: IdentityDeps) => {
  const mailer = memoryMailer();
  // as they were put, not as they are urgent
  await deps.database.orm.execute(sql`update identity.letter set due_at = created_at`);
  await deliverMail({ ...deps, mailer });
  return mailer.sent;
};

export interface Registered extends SignedIn {
  readonly email: string;
  readonly password: string;
}

/** An account asked for, with the token that was mailed. */
export const askedFor = async (deps: IdentityDeps) => {
  const email = `${deps.ids.uuid()}@example.com`;
  const password = "correct horse battery";
  await register(deps, { ...stranger(), email, password });
  const letter = (await lettersOf(deps)).find(({ to }) => to === email);
  return { email, password, token: tokenIn(letter?.text) };
};

/** A player who registered by email and password, and is signed in. One at a time: it takes all letters there are. */
export const registered = async (deps: IdentityDeps): Promise<Registered> => {
  const { token, ...account } = await askedFor(deps);
  const { password } = account;
  const signedIn = await verifyEmail(deps, { ...stranger(), token, password });
  return { ...signedIn, ...account };
};
