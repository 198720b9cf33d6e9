import { Option } from "@commander-js/extra-typings";
import { settleRound } from "@closebell/rounds";
import { roundJson, roundText } from "../present/round.ts";
import type { AddCommand } from "../program.ts";
import { CODE, CODE_HELP } from "./operate.ts";

export const settleRoundCommand: AddCommand = (program, cli) => {
  program
    .command("settle-round")
    .summary("settle or void a round by hand")
    .description(
      "Settles a locked round by hand (UP, DOWN), voids any round whose outcome is not fixed (VOID), or asks its " +
        "sources now (AUTO). By hand needs --reason; UP and DOWN need the session's close to have passed, outside a " +
        "sandbox. An outcome never changes.",
    )
    .requiredOption(CODE, CODE_HELP)
    .addOption(
      new Option("--result <result>", "the outcome, or AUTO: ask the sources")
        .choices(["UP", "DOWN", "VOID", "AUTO"] as const)
        .makeOptionMandatory(),
    )
    .action(({ code, result }) =>
      cli.run(async (session) => {
        const { runtime, globals } = session;
        const { by } = session;
        const progress = session.progress("bets paid");
        try {
          const round = await settleRound(runtime, {
            by,
            market: globals.market,
            code,
            result,
            onProgress: progress.update,
          });
          return { json: roundJson(round), text: roundText(round) };
        } finally {
          progress.end();
        }
      }),
    );
};
