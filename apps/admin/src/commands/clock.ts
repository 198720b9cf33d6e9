import { databaseClock, moveClock } from "@closebell/database";
import type { Session } from "../session.ts";
import { durationArgument, instantArgument } from "../input/arguments.ts";
import type { Answer } from "../output/answer.ts";
import type { AddCommand } from "../program.ts";

const answerOf = (
  { runtime, attached }: Session,
  now: Temporal.Instant,
  moved: boolean,
): Answer => {
  const local = now.toZonedDateTimeISO(runtime.config.market.timezone);
  const kind = runtime.sandbox ? "a sandbox's, moved by hand" : "real time";
  const hint =
    moved && !attached
      ? "\nNobody else may be at it: `bun run admin advance` does what is due."
      : "";
  return {
    json: { now, sandbox: runtime.sandbox },
    text: `${now.toString()}  (${local.toPlainDateTime().toString()} ${local.timeZoneId}; ${kind})${hint}`,
  };
};

export const clockCommand: AddCommand = (program, cli) => {
  const clock = program
    .command("clock")
    .summary("what time it is here; move a sandbox's clock")
    .description(
      "The one clock of the service. A sandbox's stands still until it is moved, and only moves forward.",
    );
  clock
    .command("show", { isDefault: true })
    .description("What the clock says.")
    .action(() =>
      cli.run(async (session) =>
        answerOf(session, await databaseClock(session.runtime.database).now(), false),
      ),
    );
  clock
    .command("set")
    .description("Moves a sandbox's clock to an instant.")
    .argument("<instant>", "such as 2026-11-20T20:59:59Z", instantArgument)
    .action((to) =>
      cli.run(async (session) => {
        const now = await moveClock(session.runtime, { by: session.by, to });
        return answerOf(session, now, true);
      }),
    );
  clock
    .command("advance")
    .description("Moves a sandbox's clock on.")
    .argument("<duration>", "90m, 1h30m, 2d, or PT1H30M", durationArgument)
    .action((advance) =>
      cli.run(async (session) => {
        const now = await moveClock(session.runtime, { by: session.by, advance });
        return answerOf(session, now, true);
      }),
    );
};
