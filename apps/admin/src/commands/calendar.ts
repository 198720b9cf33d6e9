import { databaseClock } from "@closebell/database";
import {
  cancelSession,
  closeSessionAt,
  getMarket,
  listCalendar,
  type CalendarDay,
  type Market,
} from "@closebell/rounds";
import type { Session } from "../session.ts";
import { dateArgument, timeArgument } from "../input/arguments.ts";
import type { Answer } from "../output/answer.ts";
import { table } from "../output/table.ts";
import type { AddCommand } from "../program.ts";

const DATE = "--date <YYYY-MM-DD>";
const SOURCE = "--source <notice>";
const SOURCE_HELP = "the exchange's notice; default: the reason";

const list = async (
  { runtime, terminal }: Session,
  market: Market,
  from: Temporal.PlainDate,
  to?: Temporal.PlainDate,
): Promise<Answer> => {
  const { exchange, timezone } = market;
  const days = await listCalendar(runtime, { exchange, from, to });
  const local = (day: CalendarDay): string =>
    day.closesAt?.toZonedDateTimeISO(timezone).toPlainTime().toString() ?? "-";
  return {
    json: { exchange, timezone, items: days },
    text: table(
      days,
      [
        { title: "DATE", of: ({ date }) => date },
        { title: "SESSION", of: ({ kind }) => kind },
        { title: "CLOSES", of: local },
        { title: "WHY", of: ({ reason }) => reason ?? "" },
        { title: "BY", of: ({ exception }) => (exception ? "operator" : "calendar") },
        { title: "SOURCE", of: ({ source }) => source },
      ],
      { none: "No weekday.", bold: (title) => terminal.bold(title) },
    ),
  };
};

const marketOf = ({ runtime, globals }: Session): Promise<Market> =>
  getMarket(runtime, { code: globals.market });

export const calendarCommand: AddCommand = (program, cli) => {
  const calendar = program
    .command("calendar")
    .summary("the exchange's sessions; cancel one, or move its close")
    .description(
      "The sessions of the market's exchange, and exceptions to them that were announced late.",
    );
  calendar
    .command("list")
    .description("Lists weekdays: when the session closes, or why there is none.")
    .option("--from <YYYY-MM-DD>", "default: today, by the service's clock", dateArgument)
    .option("--to <YYYY-MM-DD>", "default: 30 days on, or the last that is known", dateArgument)
    .action(({ from, to }) =>
      cli.run(async (session) => {
        const market = await marketOf(session);
        const now = await databaseClock(session.runtime.database).now();
        const first = from ?? now.toZonedDateTimeISO(market.timezone).toPlainDate();
        return list(session, market, first, to);
      }),
    );
  calendar
    .command("cancel")
    .description("Cancels a session: its round is voided, every stake comes back. Needs --reason.")
    .requiredOption(DATE, "which session", dateArgument)
    .option(SOURCE, SOURCE_HELP)
    .action(({ date, source }) =>
      cli.run(async (session) => {
        const { by } = session;
        const market = await marketOf(session);
        const { exchange } = market;
        const input = { by, exchange, date, source: source ?? by.reason ?? "" };
        await cancelSession(session.runtime, input);
        return list(session, market, date, date);
      }),
    );
  calendar
    .command("close-at")
    .description(
      "Moves a session's close earlier. Its round locks with it; bets taken after that lock are refunded. Needs --reason.",
    )
    .requiredOption(DATE, "which session", dateArgument)
    .requiredOption("--time <HH:MM>", "when it closes, on the exchange's clock", timeArgument)
    .option(SOURCE, SOURCE_HELP)
    .action(({ date, time, source }) =>
      cli.run(async (session) => {
        const { by } = session;
        const market = await marketOf(session);
        const { exchange } = market;
        const input = { by, exchange, date, source: source ?? by.reason ?? "", closesAt: time };
        await closeSessionAt(session.runtime, input);
        return list(session, market, date, date);
      }),
    );
};
