import type { Command } from "@commander-js/extra-typings";
import { createStaff, inviteStaff } from "@closebell/identity";
import type { Cli } from "../../cli.ts";
import { rolesArgument } from "../../input/lists.ts";
import { invitedAnswer } from "../../present/staff.ts";

/** `staff add` and `staff invite`: somebody new, and somebody who has lost their key. */
export const addAdd = (staff: Command, cli: Cli): void => {
  staff
    .command("add")
    .description(
      "Makes a member of staff, and mails them a one-time token to trade for their API key: nobody else sees it. They can sign " +
        "in over HTTP too, with a password that they set as if they had forgotten one, and a second factor. Needs AUTH_SECRET.",
    )
    .argument("<name>", "what they are called here and on record")
    .requiredOption(
      "--roles <roles>",
      "support, operator, treasurer, admin: some, with commas between",
      rolesArgument,
    )
    .requiredOption("--email <address>", "their own; nobody changes it afterwards")
    .action((handle, { roles, email }) =>
      cli.run(async ({ runtime, by }) =>
        invitedAnswer(await createStaff(runtime, { by, handle, roles, email })),
      ),
    );
  staff
    .command("invite")
    .description(
      "Mails a member of staff a new one-time token for an API key; the one before it is void. Needs AUTH_SECRET.",
    )
    .argument("<name>", "name or id")
    .action((name) =>
      cli.run(async ({ runtime, by }) =>
        invitedAnswer(await inviteStaff(runtime, { by, member: name })),
      ),
    );
};
