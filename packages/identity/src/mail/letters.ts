import type { Mail } from "./mailer.ts";

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

/** To somebody whose password is another one from now on. */
export const passwordChangedLetter = (to: string, site: string): Mail => ({
  to,
  subject: `Your password for ${SERVICE} was changed`,
  text: `Your password at ${site} was changed just now. If it wasn't you, ask for a new one there at once.
`,
});
