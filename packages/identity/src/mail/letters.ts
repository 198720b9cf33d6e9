import type { Mail } from "./mailer.ts";
import type { Notice } from "./write-to-user.ts";

const SERVICE = "Closebell";

/** To an address somebody wants an account with. */
export const registrationLetter = (to: string, site: string, token: string): Mail => ({
  to,
  subject: `Confirm your address for ${SERVICE}`,
  text: `Somebody, most likely you, asked for an account at ${site} with this address.

To open it, confirm with this token and the password you chose:

${token}

It counts once, for 24 hours. If it wasn't you, do nothing: without the password nobody can use it.
`,
});

/** To the address of an account somebody wants another one with. */
export const accountExistsLetter = (to: string, site: string): Mail => ({
  to,
  subject: `You have an account at ${SERVICE}`,
  text: `Somebody, most likely you, asked for an account at ${site} with this address. There is one already: sign in to it, or
ask for a new password there. If it wasn't you, do nothing.
`,
});

/** To somebody who has forgotten a password, or has none yet. */
export const resetLetter = (to: string, site: string, token: string): Mail => ({
  to,
  subject: `A new password for ${SERVICE}`,
  text: `Somebody, most likely you, asked for a new password at ${site}.

To choose one, use this token:

${token}

It counts once, for one hour. If it wasn't you, do nothing: your password stays as it is.
`,
});

/** To somebody who was hired, or who needs another API key: nobody else is shown the token. */
export const claimLetter = (
  to: string,
  site: string,
  claim: { readonly token: string; readonly expiresAt: Temporal.Instant },
): Mail => ({
  to,
  subject: `Your API key for ${SERVICE}`,
  text: `You work at ${site}. To get your API key, run \`bun run admin staff claim\` and give it this token:

${claim.token}

It counts once, until ${claim.expiresAt.toString({ smallestUnit: "second" })}. Whoever has it can act as you: give it to nobody. If it is
refused as used and you did not use it, tell another admin at once.
`,
});

/** To somebody whose password is another one from now on. */
export const passwordChanged = (site: string): Notice => ({
  subject: `Your password for ${SERVICE} was changed`,
  text: `Your password at ${site} was changed just now, and every other session was ended. API keys still count: revoke those that
you don't know. If it wasn't you, ask for a new password there at once.
`,
});

const SECOND_FACTOR = {
  confirmed: {
    subject: `A second factor for ${SERVICE} was set up`,
    text: "A second factor was set up just now for your account",
  },
  removed: {
    subject: `Your second factor for ${SERVICE} was removed`,
    text: "The second factor was removed just now from your account",
  },
  reset: {
    subject: `Your second factor for ${SERVICE} was removed`,
    text: "Our staff removed the second factor just now from your account",
  },
  recovered: {
    subject: `A recovery code for ${SERVICE} was used`,
    text: "A recovery code was used just now for your account",
  },
} as const;

/** To somebody about their second factor. */
export const secondFactorChanged = (site: string, what: keyof typeof SECOND_FACTOR): Notice => {
  const { subject, text } = SECOND_FACTOR[what];
  return {
    subject,
    text: `${text} at ${site}. If it wasn't you, change your password there at once, and write to us.
`,
  };
};

/** To somebody one of whose refresh tokens two have had. */
export const sessionStolen = (site: string): Notice => ({
  subject: `A session at ${SERVICE} was ended`,
  text: `One of your sessions at ${site} was ended just now: somebody used its token a second time, so it may have been copied. Sign in
again. If you don't know how that came, change your password there, and revoke API keys that you don't know.
`,
});

/** To somebody in whose name a program may act from now on. */
export const apiKeyMade = (
  site: string,
  key: { readonly name: string; readonly scopes: readonly string[] },
): Notice => ({
  subject: `An API key for ${SERVICE} was made`,
  text: `An API key was made just now for your account at ${site}: "${key.name}", which may do ${key.scopes.join(", ")}.
If it wasn't you, revoke it and change your password there at once.
`,
});
