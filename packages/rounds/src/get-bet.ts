import { DomainError } from "@closebell/context";
import { snapshot, type Deps, type Executor } from "@closebell/database";
import { sql } from "drizzle-orm";
import { KIND } from "./accounts.ts";
import { readBets } from "./bet-views.ts";
import type { Bet } from "./types.ts";

/** A bet in a known round. */
export const readBet = async (tx: Executor, roundId: number, betId: string): Promise<Bet> => {
  const [found] = await readBets(tx, {
    where: sql`round_id = ${roundId}::int and id = ${betId}::uuid`,
    limit: 1,
  });
  if (found === undefined) throw new DomainError("BET_NOT_FOUND", `There is no bet ${betId}.`);
  return found.bet;
};

/**
 * A bet by its id. The books know its round: its stake went to an account of that round.
 * @throws DomainError BET_NOT_FOUND
 */
export const getBet = (
  deps: Pick<Deps, "database">,
  input: { readonly betId: string },
): Promise<Bet> =>
  snapshot(deps, async (tx) => {
    // one value after the other: nobody knows how many rows a function returns, and a join would read whole tables
    const [found] = await tx.execute<{ id: number }>(sql`
      select r.id from rounds.round r where r.accounts = (
        select split_part(a.code, '/', 1) || '/' || split_part(a.code, '/', 2) from ledger.account a
        where a.id = (select t.credit
          from ledger.find_transfer(${KIND.bet}::smallint, ${input.betId}::uuid) t))`);
    if (found === undefined) {
      throw new DomainError("BET_NOT_FOUND", `There is no bet ${input.betId}.`);
    }
    return readBet(tx, found.id, input.betId);
  });
