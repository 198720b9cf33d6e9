import type { Deps } from "@closebell/database";
import type { OperateInput, Round } from "@closebell/rounds";
import { roundJson, roundText } from "../present/round.ts";
import type { AddCommand } from "../program.ts";

export const CODE = "--code <YYYYMMDD>";
export const CODE_HELP = "the round: its session's date";

/** One thing an operator does to a round. */
export interface Operation {
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  readonly verb: (deps: Deps, input: OperateInput) => Promise<Round>;
}

/** A command that does one thing to one round, named by `--code`, and shows the round as it then is. */
export const operateCommand =
  ({ name, summary, description, verb }: Operation): AddCommand =>
  (program, cli) => {
    program
      .command(name)
      .summary(summary)
      .description(description)
      .requiredOption(CODE, CODE_HELP)
      .action(({ code }) =>
        cli.run(async (session) => {
          const { by } = session;
          const { market } = session.globals;
          const round = await verb(session.runtime, { by, market, code });
          return { json: roundJson(round), text: roundText(round) };
        }),
      );
  };
