import { decodeCursor, KEY, toPage, type Page, type PageRequest } from "@closebell/context";
import { snapshot, type Deps } from "@closebell/database";
import { sql } from "drizzle-orm";
import { readBets } from "./bet-views.ts";
import type { Bet } from "./types.ts";

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
      : sql`and round_id <= ${lastRound}::bigint
          and (round_id < ${lastRound}::bigint or id < ${lastBet}::uuid)`;
  return snapshot(deps, async (tx) => {
    const bets = await readBets(
      tx,
      // the same order as by id, but none of the primary key's: in that the planner reads everybody's bets to find one user's
      sql`select * from rounds.bet where user_id = ${input.userId}::uuid ${older}
          order by round_id desc, id::text collate "C" desc limit ${input.limit + 1}`,
      sql`b.round_id desc, b.id desc`,
    );
    const page = toPage(list, bets, input.limit, ({ roundId, bet }) => [String(roundId), bet.id]);
    return { ...page, items: page.items.map(({ bet }) => bet) };
  });
};
