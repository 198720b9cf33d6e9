import { decodeCursor, KEY, toPage, type Page, type PageRequest } from "@closebell/context";
import { snapshot, type Deps } from "@closebell/database";
import { and, desc, eq, lt, sql, type SQL } from "drizzle-orm";
import { findMarket } from "./markets.ts";
import { readRounds } from "./round-views.ts";
import { round } from "./schema.ts";
import type { Round, RoundState } from "./types.ts";

/** Each way by an index of its own: rounds of most states are few among thousands. */
const inState = (state: RoundState): SQL =>
  state === "SETTLED" || state === "VOID"
    ? sql`${round.state} = ${sql.raw(`'${state}'`)}`
    : sql`${round.state} not in ('SETTLED', 'VOID')
        and rounds.state_at(${round.state}, ${round.opensAt}, ${round.lockAt}, clock.now()) = ${state}`;

/** A market's rounds, newest closing date first. @throws DomainError MARKET_NOT_FOUND, CURSOR_INVALID */
export const listRounds = (
  deps: Pick<Deps, "database">,
  input: PageRequest & {
    readonly market?: string | undefined;
    readonly state?: RoundState | undefined;
  },
): Promise<Page<Round>> =>
  snapshot(deps, async (tx) => {
    const market = await findMarket(tx, input.market);
    const list = `rounds:${market.code}:${input.state ?? ""}`;
    const before =
      input.cursor === undefined ? undefined : decodeCursor(list, [KEY.code], input.cursor).at(0);
    const rows = await readRounds(tx, {
      where: and(
        eq(round.market, market.code),
        before === undefined ? undefined : lt(round.code, before),
        input.state === undefined ? undefined : inState(input.state),
      ),
      orderBy: desc(round.code),
      limit: input.limit + 1,
    });
    return toPage(list, rows, input.limit, (row) => [row.code]);
  });
