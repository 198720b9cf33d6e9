import type { Command } from "@commander-js/extra-typings";
import { createApiKey, getStaffMember } from "@closebell/identity";
import type { Cli } from "../../cli.ts";
import { wholeNumber } from "../../input/arguments.ts";
import { scopesArgument } from "../../input/lists.ts";
import { keyAnswer } from "../../present/staff.ts";

/** `api-keys create`: for a machine that works in the name of a member of staff. */
export const addCreate = (keys: Command, cli: Cli): void => {
  keys
    .command("create")
    .description(
      "Makes an API key for a member of staff, as for a machine that works in their name; for themselves a token is better " +
        "(`staff invite`). It may do at most what they may; players make their own.",
    )
    .requiredOption("--of <name>", "whose: name or id of a member of staff")
    .requiredOption("--name <name>", "what it is for")
    .option(
      "--scopes <permissions>",
      "what it may do, with commas between; default: all they may",
      scopesArgument,
    )
    .option("--days <n>", "how long it counts (default 90)", wholeNumber(1, 366))
    .action(({ of: who, name, scopes, days }) =>
      cli.run(async ({ runtime, by }) => {
        const { id: userId } = await getStaffMember(runtime, { member: who });
        const input = { by, userId, name, scopes, expiresInDays: days };
        return keyAnswer(await createApiKey(runtime, input), "Nobody can look it up again.");
      }),
    );
};
