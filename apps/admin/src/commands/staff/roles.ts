import { type Command, Option } from "@commander-js/extra-typings";
import { grantRole, revokeRole, STAFF_ROLES } from "@closebell/identity";
import type { Cli } from "../../cli.ts";
import { memberText } from "../../present/staff.ts";

const CHANGES = [
  { name: "grant", description: "Gives a member of staff a role.", verb: grantRole },
  {
    name: "revoke",
    description:
      "Takes a role from a member of staff; what their keys and sessions may do shrinks with it.",
    verb: revokeRole,
  },
] as const;

/** `staff grant` and `staff revoke`. */
export const addRoles = (staff: Command, cli: Cli): void => {
  for (const { name, description, verb } of CHANGES) {
    staff
      .command(name)
      .description(`${description} Nobody does so for themselves.`)
      .argument("<name>", "name or id")
      .addOption(
        new Option("--role <role>", "which role").choices(STAFF_ROLES).makeOptionMandatory(),
      )
      .action((who, { role }) =>
        cli.run(async ({ runtime, by }) => {
          const member = await verb(runtime, { by, member: who, role });
          return { json: member, text: memberText(member) };
        }),
      );
  }
};
