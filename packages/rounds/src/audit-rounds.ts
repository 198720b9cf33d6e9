import { integers, type Transaction } from "@closebell/database";
import type { AuditCheck } from "@closebell/ledger";
import { microUsdc } from "@closebell/money";
import { type SQL, sql } from "drizzle-orm";
import { KIND } from "./accounts.ts";
import { suspectRounds } from "./suspect-rounds.ts";

const check = async (
  tx: Pick<Transaction, "execute">,
  name: string,
  offenders: SQL,
  holds: string,
): Promise<AuditCheck> => {
  const rows = await tx.execute<{ round: string; off: string }>(offenders);
  const off = rows.reduce((sum, row) => {
    const value = BigInt(row.off);
    return sum + (value < 0n ? -value : value);
  }, 0n);
  return {
    name,
    ok: rows.length === 0,
    imbalance: microUsdc(off),
    detail:
      rows.length === 0
        ? holds
        : rows
            .slice(0, 3)
            .map((row) => `${row.round} is off by ${row.off}`)
            .join("; "),
  };
};

/** What each round's pools hold together. */
const POOLS = sql`
  select r.id, sum(a.balance) as amount from rounds.round r
  join rounds.stripe s on s.round_id = r.id
  join ledger.account a on a.id in (s.account_up, s.account_down) group by r.id`;

/** The pools of each side of an unsettled round equal its stakes, less those refunded. */
const open = (suspects: SQL) => sql`
  select r.accounts || '/' || lower(p.side) as round, (p.amount - coalesce(b.stake, 0))::text as off
  from rounds.round r
  cross join lateral (
    select t.side, sum(a.balance) as amount from rounds.stripe s
    cross join lateral (values ('UP', s.account_up), ('DOWN', s.account_down)) t (side, account)
    join ledger.account a on a.id = t.account
    where s.round_id = r.id group by t.side) p
  left join lateral (
    select sum(b.stake) as stake from rounds.bet b where b.round_id = r.id and b.side = p.side::rounds.side
      and not exists (select from ledger.transfer x
        where x.period = r.period and x.kind = ${KIND.refund}::smallint and x.ref = b.id)) b on true
  where r.id = any(${suspects}) and r.state in ('SCHEDULED', 'OPEN', 'LOCKED')
    and p.amount <> coalesce(b.stake, 0)
  order by r.id, p.side desc`;

/** A settling round's settlement account equals what it still has to pay. */
const settling = (suspects: SQL) => sql`
  select r.accounts as round, (a.balance - (r.pool_up + r.pool_down - r.fee - coalesce(t.paid, 0)))::text as off
  from rounds.round r
  join ledger.account a on a.code = r.accounts || '/settlement'
  left join lateral (select sum(x.amount) as paid from ledger.transfer x
    where x.period = r.period and x.debit = a.id and x.kind in (${KIND.payout}, ${KIND.refund})) t on true
  where r.id = any(${suspects}) and r.state = 'SETTLING'
    and a.balance <> r.pool_up + r.pool_down - r.fee - coalesce(t.paid, 0)`;

/** A finished round's accounts are zero. */
const EMPTY = sql`
  select r.accounts as round, (coalesce(p.amount, 0) + a.balance)::text as off
  from rounds.round r
  join ledger.account a on a.code = r.accounts || '/settlement'
  left join (${POOLS}) p on p.id = r.id
  where r.state in ('SETTLED', 'VOID') and (coalesce(p.amount, 0) <> 0 or a.balance <> 0)`;

/** In a finished round what was staked equals what was paid, charged and refunded for its bets. */
const finished = (suspects: SQL) => sql`
  with staked as (
    select round_id, sum(stake) as amount from rounds.bet where round_id = any(${suspects}) group by round_id
  ), returned as (
    select b.round_id, sum(x.amount) as amount
    from rounds.bet b join rounds.round r on r.id = b.round_id
    join ledger.transfer x on x.period = r.period and x.ref = b.id and x.kind in (${KIND.payout}, ${KIND.refund})
    where b.round_id = any(${suspects})
    group by b.round_id)
  select r.accounts as round, (coalesce(s.amount, 0) - coalesce(p.amount, 0) - r.fee)::text as off
  from rounds.round r left join staked s on s.round_id = r.id left join returned p on p.round_id = r.id
  where r.id = any(${suspects}) and r.state in ('SETTLED', 'VOID')
    and coalesce(s.amount, 0) <> coalesce(p.amount, 0) + r.fee`;

/** What came back for a bet of a finished round came back to the account that had staked it, whoever the bet says it is of. */
const misdirected = (suspects: SQL) => sql`
  select r.accounts as round, sum(x.amount)::text as off
  from rounds.round r
  join rounds.bet b on b.round_id = r.id
  join ledger.transfer s on s.period = r.period and s.kind = ${KIND.bet}::smallint and s.ref = b.id
  join ledger.transfer x on x.period = r.period and x.ref = b.id and x.kind in (${KIND.payout}, ${KIND.refund})
  where r.id = any(${suspects}) and r.state in ('SETTLED', 'VOID') and x.credit <> s.debit
  group by r.id`;

/**
 * The rounds' checks, in the caller's snapshot: the pools of each side of an unsettled round equal its stakes (less those refunded); a
 * settling round's settlement account equals what it still has to pay; a finished round's accounts are zero, and what
 * was staked equals what was paid, charged and refunded, and came back to who had staked it. Sums clear most rounds; the others are added up bet by bet.
 */
export const auditRounds = async (
  tx: Pick<Transaction, "execute">,
): Promise<readonly AuditCheck[]> => {
  const suspects = integers(await suspectRounds(tx));
  return [
    await check(
      tx,
      "open-pools-equal-stakes",
      open(suspects),
      "every unsettled round holds its stakes, on each side",
    ),
    await check(
      tx,
      "settling-rounds-hold-what-they-owe",
      settling(suspects),
      "every settling round holds what it still has to pay",
    ),
    await check(tx, "finished-rounds-are-empty", EMPTY, "every finished round's accounts are zero"),
    await check(
      tx,
      "staked-equals-paid-fees-refunded",
      finished(suspects),
      "in every finished round staked = paid + fee + refunded",
    ),
    await check(
      tx,
      "paid-to-those-who-staked",
      misdirected(suspects),
      "whatever came back for a bet came back to who had staked it",
    ),
  ];
};
