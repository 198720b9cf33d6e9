import type { Transaction } from "@closebell/database";
import { drawSeed } from "@closebell/ledger";
import { sql } from "drizzle-orm";
import { KIND } from "./accounts.ts";

/**
 * Looks through all bets once and all payments once, and leaves out the rounds that are right without looking further:
 *
 * - unsettled: nothing was refunded, and the pools hold the stakes;
 * - finished: staked = paid + fee + refunded, and the bets that were paid or refunded are exactly those that should be: the
 *   sum of the hashes of their ids, of 64 bits under a seed drawn anew, is the same.
 *
 * All that are settling stay in.
 * @returns ids of the rounds to be looked at bet by bet
 */
export const suspectRounds = async (
  tx: Pick<Transaction, "execute">,
): Promise<readonly number[]> => {
  const seed = sql.raw(String(await drawSeed(tx)));
  // every bet and every payment once, in hash tables, whatever the statistics of new partitions say
  await tx.execute(sql`set local enable_sort = off`);
  await tx.execute(sql`set local parallel_tuple_cost = 0`);
  const rows = await tx.execute<{ id: number }>(sql`
    with staked as (
      select round_id, side, sum(stake) as stake,
        sum(uuid_hash_extended(id, (${seed})::bigint)) as hash
      from rounds.bet group by round_id, side
    ), paid as (
      select debit, sum(amount) as amount,
        sum(uuid_hash_extended(ref, (${seed})::bigint)) filter (where kind = ${KIND.payout}::smallint) as paid,
        sum(uuid_hash_extended(ref, (${seed})::bigint)) filter (where kind = ${KIND.refund}::smallint) as refunded
      from ledger.transfer where kind in (${KIND.payout}::smallint, ${KIND.refund}::smallint) group by debit
    ), accounts as (
      select s.round_id, a.account from rounds.stripe s
        cross join lateral (values (s.account_up), (s.account_down)) a (account)
      union all
      select r.id, a.id from rounds.round r join ledger.account a on a.code = r.accounts || '/settlement'
    ), paid_of_round as (
      select a.round_id, sum(p.amount) as amount, coalesce(sum(p.paid), 0) as paid, coalesce(sum(p.refunded), 0) as refunded
      from paid p join accounts a on a.account = p.debit group by a.round_id
    ), pools as (
      select a.round_id, sum(b.balance) as balance
      from accounts a join ledger.account b on b.id = a.account group by a.round_id
    ), bets as (
      select r.id, coalesce(sum(s.stake), 0) as stake,
        coalesce(sum(s.hash) filter (where r.outcome in (s.side::text, 'VOID')), 0) as hash
      from rounds.round r left join staked s on s.round_id = r.id group by r.id
    )
    select r.id
    from rounds.round r
    join bets b on b.id = r.id
    left join paid_of_round p on p.round_id = r.id
    left join pools o on o.round_id = r.id
    where not case
      when r.state = 'SETTLING' then false
      when r.state in ('SCHEDULED', 'OPEN', 'LOCKED')
        then p.round_id is null and coalesce(o.balance, 0) = b.stake
      else b.stake = coalesce(p.amount, 0) + r.fee
        and (coalesce(p.paid, 0), coalesce(p.refunded, 0))
          = (case r.outcome when 'VOID' then 0 else b.hash end, case r.outcome when 'VOID' then b.hash else 0 end) end
    order by r.id`);
  await tx.execute(sql`set local enable_sort to default`);
  await tx.execute(sql`set local parallel_tuple_cost to default`);
  return rows.map(({ id }) => id);
};
