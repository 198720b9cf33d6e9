import { formed, url } from "./variable-kinds.ts";

/** How letters go out: tokens to confirm an address, or to set a new password. */
export const mailVariables = {
  MAIL_URL: url("MAIL_URL", ["smtps:", "smtp:"]).optional(),
  MAIL_FROM: formed(
    "MAIL_FROM",
    /^[^\r\n<>@]{0,80}<?[^\s<>@,]+@[^\s<>@,]+>?$/,
    "an address, or a name and an address in angle brackets",
  ).default("Closebell <no-reply@localhost>"),
};

/** What a process may be given through a file that NAME_FILE names. */
export const MAIL_SECRETS = ["MAIL_URL"] as const;
