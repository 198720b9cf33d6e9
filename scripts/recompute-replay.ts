// Works out a replay's result anew from the database that `replay --keep` left, and compares the two:
//   bun scripts/recompute-replay.ts DATABASE_URL|DATA_DIR RESULT.json
// RESULT.json ends with the line that `replay --json` printed. Uses none of the service's code but to start its PostgreSQL.
import { SQL } from "bun";
import { startEmbedded } from "../packages/database/src/embedded/index.ts";

interface RoundRow {
  readonly code: string;
  readonly outcome: string;
  /** By the stored closes, or by hand where two people settled it; null where a close is missing. */
  readonly move: "up" | "down" | "tie" | null;
}

interface Posted {
  readonly code: string;
  readonly kind: string;
  /** up or down, of the pool that took the bet. */
  readonly side: string;
  readonly count: string;
  readonly amount: string;
}

const readRounds = (sql: SQL): Promise<RoundRow[]> => sql`
  select code, outcome, case when close > previous_close then 'up' when close < previous_close then 'down'
    when close = previous_close then 'tie' when outcome_approval is not null then lower(outcome) end as move
  from rounds.round where state in ('SETTLED', 'VOID') order by code`;

/** What was posted for each round, by kind and by the side of the bet it is for. */
const readPosted = (sql: SQL): Promise<Posted[]> => sql`
  with named as (
    select x.ref, x.amount, k.name as kind, d.code as debit, c.code as credit
    from ledger.transfer x join ledger.transfer_kind k on k.id = x.kind
    join ledger.account d on d.id = x.debit join ledger.account c on c.id = x.credit
    where k.name in ('bet', 'payout', 'refund', 'fee')
  ), bet as (
    select ref, split_part(split_part(credit, '/', 2), '-', 2) as code, split_part(credit, '/', 3) as side
    from named where kind = 'bet'
  )
  select coalesce(b.code, split_part(split_part(n.debit, '/', 2), '-', 2)) as code, n.kind,
    coalesce(b.side, '') as side, count(*)::text as count, sum(n.amount)::text as amount
  from named n left join bet b on b.ref = n.ref and n.kind <> 'fee'
  group by 1, 2, 3 order by 1, 2, 3`;

/** By how much the worst account differs from its transfers, or all of them from zero. */
const readImbalance = async (sql: SQL): Promise<bigint> => {
  const [row] = await sql<{ off: string }[]>`
    with moved as (
      select account, sum(amount) as amount from (
        select debit as account, -amount as amount from ledger.transfer
        union all select credit, amount from ledger.transfer) t group by account)
    select greatest(
      (select coalesce(max(abs(a.balance - coalesce(m.amount, 0))), 0)
       from ledger.account a full join moved m on m.account = a.id),
      (select abs(coalesce(sum(balance), 0)) from ledger.account))::text as off`;
  return BigInt(row?.off ?? "-1");
};

const total = (rows: readonly Posted[], what: "count" | "amount"): bigint =>
  rows.reduce((sum, row) => sum + BigInt(row[what]), 0n);

/** What the money says a round came to; where none was bet, what the closes say. */
const outcomeOf = (round: RoundRow, posted: readonly Posted[]): string => {
  const of = (kind: string) => posted.filter((row) => row.kind === kind);
  if (of("refund").length > 0) return "VOID";
  const paid = new Set(of("payout").map(({ side }) => side.toUpperCase()));
  if (paid.size > 1) return "BOTH";
  const [side] = paid;
  if (side !== undefined) return side;
  if (round.move === null) return "VOID";
  return round.move === "up" ? "UP" : "DOWN";
};

const recompute = async (sql: SQL) => {
  const rounds = await readRounds(sql);
  const posted = Map.groupBy(await readPosted(sql), ({ code }) => code);
  const judged = rounds.map((round) => ({
    ...round,
    worked: outcomeOf(round, posted.get(round.code) ?? []),
  }));
  for (const { code, outcome, worked } of judged) {
    if (outcome !== worked)
      throw new Error(`Round ${code} is ${outcome}, its money says ${worked}.`);
  }
  const all = [...posted.values()].flat();
  const of = (kind: string) => all.filter((row) => row.kind === kind);
  const counted = (outcome: string) => judged.filter(({ worked }) => worked === outcome).length;
  const imbalance = await readImbalance(sql);
  return {
    rounds: judged.length,
    up: counted("UP"),
    down: counted("DOWN"),
    void: counted("VOID"),
    ties: judged.filter(({ move, worked }) => move === "tie" && worked !== "VOID").length,
    bets: Number(total(of("bet"), "count")),
    stakedMicroUsdc: String(total(of("bet"), "amount")),
    paidMicroUsdc: String(total(of("payout"), "amount")),
    feesMicroUsdc: String(total(of("fee"), "amount")),
    refundedMicroUsdc: String(total(of("refund"), "amount")),
    audit: { ok: imbalance === 0n, imbalanceMicroUsdc: String(imbalance) },
  };
};

/** The names of what differs; the checks of an audit are its own. */
const differences = (worked: object, printed: unknown, path = ""): readonly string[] =>
  Object.entries(worked).flatMap(([name, value]) => {
    const other: unknown = Reflect.get(Object(printed), name);
    if (typeof value === "object") return differences(value, other, `${path}${name}.`);
    return value === other ? [] : [`${path}${name} is ${String(value)}, printed ${String(other)}`];
  });

const open = async (place: string): Promise<{ url: string; stop(): Promise<void> }> =>
  /^postgres(ql)?:/.test(place)
    ? { url: place, stop: () => Promise.resolve() }
    : startEmbedded({ dataDir: place });

const main = async (args: readonly string[]): Promise<number> => {
  const [place, path] = args;
  if (place === undefined || path === undefined) {
    console.error("Usage: bun scripts/recompute-replay.ts DATABASE_URL|DATA_DIR RESULT.json");
    return 2;
  }
  const lastLine = (await Bun.file(path).text()).trimEnd().split("\n").at(-1) ?? "";
  const printed: unknown = JSON.parse(lastLine);
  const { url, stop } = await open(place);
  const sql = new SQL(url);
  try {
    const worked = await recompute(sql);
    const found = differences(worked, printed);
    for (const line of found) console.error(line);
    console.log(JSON.stringify(worked));
    return found.length === 0 ? 0 : 1;
  } finally {
    await sql.close();
    await stop();
  }
};

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
