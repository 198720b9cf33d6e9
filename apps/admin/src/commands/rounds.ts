import { Option } from "@commander-js/extra-typings";
import { getRound, listRounds, roundEvidence, ROUND_STATES } from "@closebell/rounds";
import type { Session } from "../session.ts";
import { CURSOR, CURSOR_HELP, LIMIT, LIMIT_HELP, limitArgument, pageOf } from "../input/page.ts";
import type { Answer } from "../output/answer.ts";
import { table } from "../output/table.ts";
import { pageAnswer } from "../present/page.ts";
import { ROUND_COLUMNS, roundJson, roundText } from "../present/round.ts";
import type { AddCommand } from "../program.ts";
import { ATTEMPT_COLUMNS } from "./oracle/attempts.ts";

const oneRound = async (session: Session, code: string): Promise<Answer> => {
  const { runtime, globals, terminal } = session;
  const round = await getRound(runtime, { market: globals.market, code });
  const attempts = await roundEvidence(runtime, { market: globals.market, code });
  const evidence = table(attempts, ATTEMPT_COLUMNS, {
    none: "No source was asked yet.",
    bold: (title) => terminal.bold(title),
  });
  return {
    json: { ...roundJson(round), attempts },
    text: `${roundText(round)}\n\n${evidence}`,
  };
};

export const roundsCommand: AddCommand = (program, cli) => {
  program
    .command("rounds")
    .summary("list rounds, or show one with its evidence")
    .description(
      "Lists rounds, newest first; with --code shows one round and every answer of its price sources.",
    )
    .option("--code <YYYYMMDD>", "one round: its session's date")
    .addOption(new Option("--state <state>", "only rounds in this state").choices(ROUND_STATES))
    .option(LIMIT, LIMIT_HELP, limitArgument)
    .option(CURSOR, CURSOR_HELP)
    .action(({ code, state, ...page }) =>
      cli.run(async (session) => {
        if (code !== undefined) return oneRound(session, code);
        const { runtime, globals, terminal } = session;
        const rounds = await listRounds(runtime, {
          market: globals.market,
          state,
          ...pageOf(page),
        });
        return pageAnswer(rounds, {
          json: roundJson,
          columns: ROUND_COLUMNS,
          none: "No rounds. They are scheduled by the service, or by `bun run admin advance`.",
          terminal,
        });
      }),
    );
};
