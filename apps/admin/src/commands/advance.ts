import { advanceChain } from "@closebell/custody";
import { advanceRounds } from "@closebell/rounds";
import { redact } from "@closebell/runtime";
import { facts } from "../output/table.ts";
import type { AddCommand } from "../program.ts";
import { onRecord } from "../who/on-record.ts";

const listed = (codes: readonly string[]): string => (codes.length === 0 ? "-" : codes.join(", "));

export const advanceCommand: AddCommand = (program, cli) => {
  program
    .command("advance")
    .summary("do what is due now")
    .description(
      "Does what is due by the clock, as the scheduler does every second: schedules, opens, locks and settles rounds, " +
        "takes in deposits, sends withdrawals. Harmless beside a running scheduler; needed where none runs.",
    )
    .action(() =>
      cli.run(async (session) => {
        const { by } = session;
        await onRecord(session, { action: "service.advance", subject: "service" });
        const rounds = await advanceRounds(session.runtime, { by });
        const chain = await advanceChain(session.runtime, { by });
        const problems = chain.problems.map((problem) => ({
          ...problem,
          message: redact(problem.message),
        }));
        const done = rounds ?? { scheduled: [], opened: [], locked: [], finished: [] };
        return {
          json: { rounds: done, chain: { ...chain, problems }, busy: rounds === undefined },
          text: facts([
            ["scheduled", listed(done.scheduled)],
            ["opened", listed(done.opened)],
            ["locked", listed(done.locked)],
            ["finished", listed(done.finished)],
            ["deposits credited", String(chain.deposits)],
            ["withdrawals sent", String(chain.broadcast)],
            ["withdrawals paid", String(chain.confirmed)],
            ["withdrawals returned", String(chain.failed)],
            ["withdrawals to review", String(chain.review)],
            ["deposits gathered", String(chain.swept)],
            ["problems", problems.map(({ message }) => message).join("; ") || undefined],
            ["note", rounds === undefined ? "a scheduler is at it right now" : undefined],
          ]),
        };
      }),
    );
};
