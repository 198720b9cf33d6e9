import type { Command } from "@commander-js/extra-typings";
import { recheckRound } from "@closebell/rounds";
import type { Cli } from "../../cli.ts";
import { EXIT } from "../../output/exit-codes.ts";
import { CODE, CODE_HELP } from "../operate.ts";
import { checksText } from "./checks.ts";

/** `oracle recheck`: asks a settled round's sources again now. */
export const addRecheck = (oracle: Command, cli: Cli): void => {
  oracle
    .command("recheck")
    .description(
      "Asks a settled round's sources again now and compares. The round stays as it is; ends with 1 where a close differs.",
    )
    .requiredOption(CODE, CODE_HELP)
    .action(({ code }) =>
      cli.run(async ({ runtime, globals, terminal, by }) => {
        const items = await recheckRound(runtime, { by: by, market: globals.market, code });
        return {
          json: { items },
          text: checksText(items, terminal),
          exitCode: items.some(({ differs }) => differs) ? EXIT.refused : EXIT.ok,
        };
      }),
    );
};
