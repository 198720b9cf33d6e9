import type { Transaction } from "@closebell/database";
import { drawSeed } from "@closebell/ledger";
import { sql } from "drizzle-orm";
import { KIND } from "./accounts.ts";

type Reader = Pick<Transaction, "execute">;

interface Seen extends Record<string, unknown> {
  readonly id: number;
  /** What an unsettled round's pools hold on each side, where nothing was paid of it: to be compared with its stakes. Null: a suspect. */
  readonly up: string | null;
  readonly down: string | null;
}

/** Every round but the finished ones that are right. */
const lookThrough = async (tx: Reader): Promise<readonly Seen[]> => {
  const seed = sql.raw(String(await drawSeed(tx)));
  const hashOf = (column: string) => sql`uuid_hash_extended(${sql.raw(column)}, (${seed})::bigint)`;
  const withAccount = (column: string) =>
    sql`uuid_hash_extended(ref, (${seed})::bigint # ${sql.raw(column)})`;
  return tx.execute<Seen>(sql`
    with side_of_round as (
      -- months after the last finished round are not read, nor the only one where none has finished; one integer is looked
      -- up a fifth faster than a round and a side
      select case side when 'UP' then round_id else -round_id end as key, sum(stake) as stake, sum(${hashOf("id")}) as hash
      from rounds.bet
      where round_id <= (select max(r.id) from rounds.round r where r.state in ('SETTLED', 'VOID'))
        and exists (select from rounds.round r where r.state in ('SETTLED', 'VOID'))
      group by 1
    ), bets as (
      select r.id, coalesce(sum(s.stake), 0) as stake,
        coalesce(sum(s.hash) filter (where r.outcome in (case when s.key > 0 then 'UP' else 'DOWN' end, 'VOID')), 0) as hash
      from rounds.round r left join side_of_round s on abs(s.key) = r.id group by r.id
    ), paid as (
      select debit, sum(amount) as amount,
        sum(${hashOf("ref")}) filter (where kind = ${KIND.payout}::smallint) as paid,
        sum(${hashOf("ref")}) filter (where kind = ${KIND.refund}::smallint) as refunded,
        sum(${withAccount("credit")}) as payees
      from ledger.transfer where kind in (${KIND.payout}::smallint, ${KIND.refund}::smallint) group by debit
    ), staked as (
      select credit, sum(${withAccount("debit")}) as payers
      from ledger.transfer where kind = ${KIND.bet}::smallint
        and exists (select from rounds.round r where r.state in ('SETTLED', 'VOID'))
      group by credit
    ), accounts as (
      select s.round_id, a.side, a.account from rounds.stripe s
        cross join lateral (values ('UP', s.account_up), ('DOWN', s.account_down)) a (side, account)
      union all
      select r.id, null, a.id from rounds.round r join ledger.account a on a.code = r.accounts || '/settlement'
    ), paid_of_round as (
      select a.round_id, sum(p.amount) as amount, coalesce(sum(p.paid), 0) as paid, coalesce(sum(p.refunded), 0) as refunded,
        sum(p.payees) as payees
      from paid p join accounts a on a.account = p.debit group by a.round_id
    ), staked_of_round as (
      select a.round_id, sum(s.payers) as payers
      from staked s join accounts a on a.account = s.credit
      join rounds.round r on r.id = a.round_id and r.outcome in (a.side, 'VOID') group by a.round_id
    ), pools as (
      select a.round_id, coalesce(sum(b.balance) filter (where a.side = 'UP'), 0)::text as up,
        coalesce(sum(b.balance) filter (where a.side is distinct from 'UP'), 0)::text as down
      from accounts a join ledger.account b on b.id = a.account group by a.round_id
    )
    select r.id, case when u.untouched then o.up end as up, case when u.untouched then o.down end as down
    from rounds.round r
    join bets b on b.id = r.id
    left join paid_of_round p on p.round_id = r.id
    left join staked_of_round w on w.round_id = r.id
    left join pools o on o.round_id = r.id
    cross join lateral (select r.state in ('SCHEDULED', 'OPEN', 'LOCKED') and p.round_id is null as untouched) u
    where r.state not in ('SETTLED', 'VOID')
      or b.stake <> coalesce(p.amount, 0) + r.fee
      or (coalesce(p.paid, 0), coalesce(p.refunded, 0))
        <> (case r.outcome when 'VOID' then 0 else b.hash end, case r.outcome when 'VOID' then b.hash else 0 end)
      or coalesce(p.payees, 0) <> coalesce(w.payers, 0)
    order by r.id`);
};

const holdsItsStakes = async (tx: Reader, { id, up, down }: Seen): Promise<boolean> => {
  if (up === null) return false;
  // the id in the text: the plan depends on how large the round is
  const [row] = await tx.execute<{ up: string; down: string }>(sql`
    select coalesce(sum(stake) filter (where side = 'UP'), 0)::text as up,
      coalesce(sum(stake) filter (where side = 'DOWN'), 0)::text as down
    from rounds.bet where round_id = ${sql.raw(String(id))}`);
  return row?.up === up && row.down === down;
};

/**
 * Looks through all bets and all payments, and leaves out the rounds that are right without looking further:
 *
 * - unsettled: nothing was paid or refunded, and the pools of each side hold its stakes; they are few, and added up one by one;
 * - finished: staked = paid + fee + refunded, and the bets that were paid or refunded are exactly those that should be: the
 *   sum of the hashes of their ids, of 64 bits under a seed drawn anew, is the same, and with the accounts that staked and
 *   were paid too; they are many, and read in one pass.
 *
 * All that are settling stay in.
 * @returns ids of the rounds to be looked at bet by bet
 */
export const suspectRounds = async (tx: Reader): Promise<readonly number[]> => {
  // every payment once, in a hash table, whatever the statistics of new partitions say
  await tx.execute(sql`set local enable_sort = off`);
  await tx.execute(sql`set local parallel_tuple_cost = 0`);
  const seen = await lookThrough(tx);
  const suspects: number[] = [];
  for (const round of seen) if (!(await holdsItsStakes(tx, round))) suspects.push(round.id);
  await tx.execute(sql`set local enable_sort to default`);
  await tx.execute(sql`set local parallel_tuple_cost to default`);
  return suspects;
};
