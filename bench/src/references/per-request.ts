import { DomainError } from "@closebell/context";
import type { BetIntake, BetReceipt, BetRequest } from "@closebell/rounds";
import type postgres from "postgres";
import { openSql } from "../scene/house.ts";
import { readSql, statementsOf } from "../scene/statements.ts";
import { NotConserved } from "../stage.ts";

/** How a bet is written when each request is a transaction of its own. */
export type PerRequestBuild = "eight-statements" | "one-call";

const ROUND = "20991231";
const MARKET = "NDX";

/** Adds the tables of the per-request builds to a database, with one open round and `users` with money. */
export const createPerRequestTables = async (
  url: string,
  users: readonly string[],
): Promise<void> => {
  const sql = openSql(url, 1);
  try {
    await sql.unsafe(readSql("references/per-request-tables.sql"));
    await sql`insert into per_request.round values (${ROUND}, now() - interval '1 day', now() + interval '9 days')`;
    await sql`insert into per_request.pool (id, round_code, side)
      select gen_random_uuid(), ${ROUND}, side from unnest(array['UP', 'DOWN']) side`;
    await sql`insert into per_request.account (id, balance)
      select id, 1000000000000 from unnest(${[...users]}::uuid[]) id`;
    await sql.unsafe("analyze");
    await sql.unsafe(`
      grant usage on schema per_request to public;
      grant select, insert, update on all tables in schema per_request to public`);
  } finally {
    await sql.end({ timeout: 1 });
  }
};

const receiptOf = (request: BetRequest, id: string, roundCode: string): BetReceipt => ({
  replayed: false,
  bet: {
    id,
    userId: request.userId,
    market: MARKET,
    roundCode,
    side: request.side,
    stake: request.stake,
    acceptedAt: Temporal.Now.instant(),
    state: "PLACED",
    payout: null,
    refundReason: null,
  },
});

const refused = (): DomainError =>
  new DomainError("INSUFFICIENT_FUNDS", "The balance is less than the stake, or no round is open.");

type Place = (request: BetRequest) => Promise<BetReceipt>;

const hashOf = (request: BetRequest): string =>
  BigInt.asIntN(64, Bun.hash.wyhash(`${request.side}/${request.stake}`)).toString();

const eightStatements = (sql: postgres.Sql): Place => {
  const text = statementsOf("references/eight-statements.sql");
  const choose = text("choose");
  const remember = text("remember");
  const bet = text("bet");
  const entries = text("entries");
  const debit = text("debit");
  const pool = text("pool");
  const options = { prepare: true } as const;
  return (request) =>
    sql.begin(async (tx) => {
      const { userId, side, idempotencyKey } = request;
      const stake = String(request.stake);
      const [found] = await tx.unsafe<{ balance: string; round: string; pool: string }[]>(
        choose,
        [userId, side],
        options,
      );
      if (found === undefined || BigInt(found.balance) < request.stake) throw refused();
      const id = Bun.randomUUIDv7();
      // not waited for one by one: the driver sends them together, and a failure of any fails the transaction
      await Promise.all([
        tx.unsafe(remember, [userId, idempotencyKey, hashOf(request), id], options),
        tx.unsafe(bet, [id, userId, found.round, side, stake], options),
        tx.unsafe(entries, [id, userId, found.pool, stake], options),
        tx.unsafe(debit, [userId, stake], options),
        tx.unsafe(pool, [found.pool, stake], options),
      ]);
      return receiptOf(request, id, found.round);
    });
};

const oneCall =
  (sql: postgres.Sql): Place =>
  async (request) => {
    const id = Bun.randomUUIDv7();
    const [row] = await sql<{ round: string | null }[]>`
      select per_request.place(${id}, ${request.userId}, ${request.side}, ${String(request.stake)},
        ${request.idempotencyKey}, ${hashOf(request)}) as round`;
    if (row?.round === null || row === undefined) throw refused();
    return receiptOf(request, id, row.round);
  };

/** The verb that a per-request build has in the place of ours, on a pool of its own. */
export const perRequestIntake = (
  url: string,
  build: PerRequestBuild,
  connections: number,
): BetIntake => {
  // the tables are small when the statements are first planned, and the hot rows' pages soon are not
  const sql = openSql(url, connections, { enable_seqscan: "off" });
  return {
    place: build === "one-call" ? oneCall(sql) : eightStatements(sql),
    waiting: () => 0,
    close: () => sql.end({ timeout: 1 }),
  };
};

/** @throws NotConserved unless pools, bets, balances and entries agree */
export const checkPerRequest = async (url: string): Promise<void> => {
  const sql = openSql(url, 1);
  try {
    const [row] = await sql<{ ok: boolean }[]>`
      select pools.amount = bets.stake and pools.bets = bets.n and entries.sum = 0 and entries.n = 2 * bets.n
          and accounts.spent = bets.stake and keys.n = bets.n as ok
      from (select sum(amount) as amount, sum(bets) as bets from per_request.pool) pools,
        (select coalesce(sum(stake), 0) as stake, count(*) as n from per_request.bet) bets,
        (select coalesce(sum(amount), 0) as sum, count(*) as n from per_request.entry) entries,
        (select sum(1000000000000 - balance) as spent from per_request.account) accounts,
        (select count(*) as n from per_request.idempotency) keys`;
    if (row?.ok !== true) throw new NotConserved("the per-request build does not balance");
  } finally {
    await sql.end({ timeout: 1 });
  }
};
