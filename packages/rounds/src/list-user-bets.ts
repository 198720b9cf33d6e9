import { decodeCursor, KEY, toPage, type Page, type PageRequest } from "@closebell/context";
import { snapshot, type Deps, type Executor } from "@closebell/database";
import { sql } from "drizzle-orm";
import { readBets, type BetInRound } from "./bet-views.ts";
import type { Bet } from "./types.ts";

/** Months that are searched at once, newest first. Who bets these days fills a page from the first ones. */
const MONTHS_AT_ONCE = [3, 24, 12 * 200];

/** The lowest round number of the month `months` before that of `roundId`. */
const monthsBefore = (roundId: number, months: number): number => {
  const period = Math.floor(roundId / 10_000);
  const month = Math.floor(period / 100) * 12 + (period % 100) - 1 - months;
  return (Math.floor(month / 12) * 100 + (month % 12) + 1) * 10_000;
};

const newestRound = async (tx: Executor): Promise<number> => {
  const [row] = await tx.execute<{ id: number | null }>(
    sql`select max(id) as id from rounds.round`,
  );
  return row?.id ?? 0;
};

/** A user's bets, newest round first, and within a round the newest first. @throws DomainError CURSOR_INVALID */
export const listUserBets = async (
  deps: Pick<Deps, "database">,
  input: PageRequest & { readonly userId: string },
): Promise<Page<Bet>> => {
  const list = `bets:${input.userId}`;
  const [lastRound, lastBet] =
    input.cursor === undefined ? [] : decodeCursor(list, [KEY.bigint, KEY.uuid], input.cursor);
  const older =
    lastRound === undefined || lastBet === undefined
      ? sql``
      : sql`and (round_id < ${lastRound}::bigint or id < ${lastBet}::uuid)`;
  return snapshot(deps, async (tx) => {
    const newest = await newestRound(tx);
    let upTo = lastRound === undefined ? newest : Math.min(Number(lastRound), newest);
    const bets: BetInRound[] = [];
    for (const months of MONTHS_AT_ONCE) {
      const from = Math.max(0, monthsBefore(upTo, months));
      const where = sql`user_id = ${input.userId}::uuid
        and round_id between ${from}::int and ${upTo}::int ${older}`;
      bets.push(...(await readBets(tx, { where, limit: input.limit + 1 - bets.length })));
      if (bets.length > input.limit || from === 0) break;
      upTo = from - 1;
    }
    const page = toPage(list, bets, input.limit, ({ roundId, bet }) => [String(roundId), bet.id]);
    return { ...page, items: page.items.map(({ bet }) => bet) };
  });
};
