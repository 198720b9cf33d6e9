import type { Command } from "@commander-js/extra-typings";
import { createStaff, inviteStaff } from "@closebell/identity";
import type { Cli } from "../../cli.ts";
import { rolesArgument } from "../../input/lists.ts";
import { claimAnswer } from "../../present/staff.ts";

/** `staff add` and `staff invite`: somebody new, and somebody who has lost their key. */
export const addAdd = (staff: Command, cli: Cli): void => {
  staff
    .command("add")
    .description(
      "Makes a member of staff, and a one-time token for them to trade for their API key. With --email they can sign in over " +
        "HTTP too, with a password that they set as if they had forgotten one, and a second factor.",
    )
    .argument("<name>", "what they are called here and on record")
    .requiredOption(
      "--roles <roles>",
      "support, operator, treasurer, admin: some, with commas between",
      rolesArgument,
    )
    .option("--email <address>", "where they can be reached")
    .action((handle, { roles, email }) =>
      cli.run(async ({ runtime, by }) => {
        const { member, claim } = await createStaff(runtime, { by, handle, roles, email });
        return claimAnswer(member, claim);
      }),
    );
  staff
    .command("invite")
    .description("Makes a new one-time token for a member of staff; the one before it is void.")
    .argument("<name>", "name or id")
    .action((name) =>
      cli.run(async ({ runtime, by }) => {
        const { member, claim } = await inviteStaff(runtime, { by, member: name });
        return claimAnswer(member, claim);
      }),
    );
};
