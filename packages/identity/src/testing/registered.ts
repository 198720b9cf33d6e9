import { deliverMail } from "../mail/deliver-mail.ts";
import type { IdentityDeps } from "../identity-deps.ts";
import { register } from "../people/register.ts";
import { verifyEmail } from "../people/verify-email.ts";
import type { SignedIn } from "../sessions/session.ts";
import { memoryMailer, stranger } from "./test-identity.ts";

/** The token in a letter. */
export const tokenIn = (text: string | undefined): string =>
  /cb_mail_[\w-]+/.exec(text ?? "")?.[0] ?? "no token";

/** Letters that wait in the database, newest last. */
export const lettersOf = async (deps: IdentityDeps) => {
  const mailer = memoryMailer();
  await deliverMail({ ...deps, mailer });
  return mailer.sent;
};

export interface Registered extends SignedIn {
  readonly email: string;
  readonly password: string;
}

/** A player who registered by email and password, and is signed in. */
export const registered = async (deps: IdentityDeps): Promise<Registered> => {
  const email = `${deps.ids.uuid()}@example.com`;
  const password = "correct horse battery";
  await register(deps, { ...stranger(), email, password });
  const letter = (await lettersOf(deps)).find(({ to }) => to === email);
  const token = tokenIn(letter?.text);
  const signedIn = await verifyEmail(deps, { ...stranger(), token, password });
  return { ...signedIn, email, password };
};
