import type { Command } from "@commander-js/extra-typings";
import { resetSecondFactor } from "@closebell/identity";
import type { Cli } from "../../cli.ts";
import { facts } from "../../output/table.ts";
import { userCalled } from "../api-keys/user-called.ts";

/** `staff reset-second-factor`. */
export const addResetSecondFactor = (staff: Command, cli: Cli): void => {
  staff
    .command("reset-second-factor")
    .description(
      "Takes away the second factor of somebody who lost it and their recovery codes, staff or player, and ends their sessions. " +
        "Make sure who asks, and say how. Nobody does so for themselves.",
    )
    .argument("<who>", "name of a member of staff, or id of a user")
    .action((who) =>
      cli.run(async ({ runtime, by }) => {
        const userId = await userCalled(runtime, who);
        await resetSecondFactor(runtime, { by, userId });
        return {
          json: { userId, secondFactor: null },
          text: facts([
            ["user", userId],
            ["second factor", "none: staff enrol a new one at their next sign-in"],
          ]),
        };
      }),
    );
};
