import type { Command } from "@commander-js/extra-typings";
import { DomainError } from "@closebell/context";
import { claimStaff, firstAdminToken } from "@closebell/identity";
import type { Cli } from "../../cli.ts";
import { UsageError } from "../../output/usage-error.ts";
import { facts } from "../../output/table.ts";
import { keyAnswer } from "../../present/staff.ts";
import { saveKey } from "../../who/saved-keys.ts";

/** The token is used up by now, so the key must be shown whether or not it could be written. */
const isKept = (saving: Promise<void>): Promise<boolean> =>
  saving.then(
    () => true,
    () => false,
  );

/** `staff claim` and `staff first-admin`: how somebody comes to their first key. */
export const addClaim = (staff: Command, cli: Cli): void => {
  staff
    .command("claim")
    .description(
      "Trades a one-time token for your API key, and keeps that in your own configuration folder unless told not to. The " +
        "first admin's token makes an admin called --name at --email. Needs AUTH_SECRET.",
    )
    .option("--token <token>", "the token; default: asked for, or read from stdin")
    .option("--name <name>", "what you are called, with the first admin's token alone")
    .option("--email <address>", "where you are written to, likewise")
    .option("--no-save", "only print the key")
    .action(({ token, name, email, save }) =>
      cli.anybody(async ({ runtime, terminal, config, service }) => {
        const given = token ?? (await terminal.ask("Token: ")) ?? (await terminal.piped()) ?? "";
        if (given.trim() === "") throw new UsageError("Say which token: --token, or on stdin.");
        const requestId = runtime.ids.uuid();
        const made = await claimStaff(runtime, {
          token: given,
          requestId,
          handle: name,
          email,
        });
        const { keysFile } = config.auth;
        const kept = save && (await isKept(saveKey(keysFile, service, made.key)));
        return keyAnswer(
          made,
          kept
            ? `Commands find it in ${keysFile}.`
            : "Keep it in CLOSEBELL_API_KEY, or by `login`.",
        );
      }),
    );
  staff
    .command("first-admin")
    .description(
      "Makes the one-time token for the first admin, as long as there is none. Whoever may reach the database as its owner " +
        "may do this; `start` does so by itself.",
    )
    .action(() =>
      cli.anybody(async ({ runtime }) => {
        const claim = await firstAdminToken(runtime, { requestId: runtime.ids.uuid() });
        if (claim === null) {
          throw new DomainError("FORBIDDEN", "There is an admin already. Ask them to add you.");
        }
        return {
          json: claim,
          text: facts([
            ["token", claim.token],
            ["until", claim.expiresAt.toString()],
            ["use it", "bun run admin staff claim --name <your name> --email <your address>"],
          ]),
        };
      }),
    );
};
