import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import { simulatedChain } from "../../packages/adapters/src/chain/index.ts";
import { advanceChain, DEFAULT_POLICY, recordDeposit } from "../../packages/custody/src/index.ts";
import type { Database } from "../../packages/database/src/index.ts";
import { userAccount } from "../../packages/ledger/src/index.ts";
import { microUsdc } from "../../packages/money/src/index.ts";
import { advanceRounds } from "../../packages/rounds/src/index.ts";
import { roundsHarness, type RoundsHarness } from "../../packages/rounds/src/testing/index.ts";
import { auditBooks } from "../../packages/runtime/src/audit-books.ts";
import { announce, stress, stressSeed } from "./how-long.ts";
import {
  type Answered,
  CODES,
  FUNDS,
  LEAST_STAKE,
  MOST_STAKE,
  type Plan,
  planOf,
  USERS,
} from "./model/operations.ts";
import { giveBack } from "./model/give-back.ts";
import { oracleOf } from "./model/process.ts";
import { atRest, findSerialOrder } from "./model/serial-order.ts";
import { startWorkers, type Workers } from "./model/workers.ts";
import type { World } from "./model/world.ts";

setDefaultTimeout(3_600_000);

const PROCESSES = 3;
const WIDTH = 3;

let workers: Workers;
beforeAll(async () => {
  workers = await startWorkers(PROCESSES);
});
afterAll(() => workers[Symbol.asyncDispose]());

const stage = async (house: RoundsHarness): Promise<readonly string[]> => {
  const { deps, by } = house;
  await advanceRounds(deps, { by });
  const custody = { ...deps, chains: [simulatedChain()], policy: DEFAULT_POLICY };
  const fund = async (_: unknown, n: number): Promise<string> => {
    const userId = await house.user(0n);
    const told = { chain: "simulated", tx: `funds-${n}`, log: 0, userId };
    const amountMicroUsdc = microUsdc(BigInt(FUNDS));
    await recordDeposit(custody, { by, ...told, amountMicroUsdc });
    return userId;
  };
  return Promise.all(Array.from({ length: USERS }, fund));
};

/** What must hold at every moment, read again and again while the processes are at work. */
const watch = async (database: Database, until: Promise<unknown>): Promise<number> => {
  const over = new AbortController();
  void until.then(
    () => over.abort(),
    () => over.abort(),
  );
  let reads = 0;
  while (!over.signal.aborted) {
    const [books] = await database.sql<{ total: string; below: bigint }[]>`
      select sum(balance)::text as total, count(*) filter (where floored and balance < 0) as below
      from ledger.account`;
    expect(books).toEqual({ total: "0", below: 0n });
    const { checks } = await auditBooks({ database });
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    reads += 1;
  }
  return reads;
};

/** Does what is due once more, alone, until nothing moves. */
const rest = async (house: RoundsHarness, closes: Plan["closes"]): Promise<void> => {
  const { by } = house;
  const { database } = house.scratch;
  const deps = {
    ...house.deps,
    oracles: { scripted: oracleOf(database, closes) },
    chains: [simulatedChain()],
    policy: DEFAULT_POLICY,
  };
  const moving = async () => {
    const [left] = await deps.database.sql<{ n: bigint }[]>`
      select count(*) as n from custody.withdrawal where state not in ('CONFIRMED', 'FAILED', 'REJECTED')`;
    return left?.n !== 0n;
  };
  // as if the time of every claim had passed
  await house.scratch.owner.sql`update custody.withdrawal set due_at = clock_timestamp()`;
  await house.scratch.owner.sql`update custody.payment set due_at = clock_timestamp()`;
  await house.scratch.owner
    .sql`update custody.scan set claimed_until = clock_timestamp() where claim is not null`;
  for (let pass = 0; pass < 20 && (pass === 0 || (await moving())); pass += 1) {
    await advanceChain(deps, { by });
    await giveBack(deps, by);
  }
  await advanceRounds(deps, { by });
};

/** What the database says of the same things as the model. */
const readWorld = async ({ deps }: RoundsHarness, users: readonly string[]) => {
  const { sql } = deps.database;
  const accounts = await sql<{ code: string; balance: bigint }[]>`
    select code, balance from ledger.account where owner is not null`;
  const balance = new Map(accounts.map(({ code, balance: has }) => [code, has]));
  const bets = await sql<{ id: string }[]>`select id from rounds.bet order by id`;
  const rounds = await sql<{ code: string; state: string }[]>`
    select code, coalesce(outcome, case state when 'LOCKED' then state else 'TAKING' end) as state
    from rounds.round where code in ${sql(CODES)} order by code`;
  return {
    available: users.map((id) => balance.get(userAccount(id, "available")) ?? -1n),
    withdrawing: users.map((id) => balance.get(userAccount(id, "withdrawing")) ?? -1n),
    bets: bets.map(({ id }) => id),
    rounds: rounds.map(({ state }) => state),
  };
};

const expectedOf = (world: World) => ({
  available: world.available,
  withdrawing: world.available.map(() => 0n),
  bets: Object.values(world.bets)
    .map(({ id }) => id)
    .toSorted(),
  rounds: CODES.map((code) => world.rounds[code].state),
});

const told = ({ process: who, operation, answer, began, ended }: Answered): string =>
  `${began.toFixed(3)} to ${ended.toFixed(3)} process ${who}: ${JSON.stringify(operation)} -> ${JSON.stringify(answer)}`;

const historyOf = (answered: readonly Answered[]): string =>
  answered
    .toSorted((a, b) => a.began - b.began)
    .map(told)
    .join("\n");

const figures = { runs: 0, operations: 0, accepted: 0, replayed: 0, refused: 0, reads: 0 };

const count = (answered: readonly Answered[], reads: number): void => {
  figures.runs += 1;
  figures.operations += answered.length;
  figures.reads += reads;
  for (const { operation, answer } of answered) {
    if (!answer.ok) figures.refused += 1;
    else if (answer.replayed === true) figures.replayed += 1;
    else if (operation.kind === "bet") figures.accepted += 1;
  }
};

const playPlan = async ({ scripts, closes }: Plan): Promise<void> => {
  await using house = await roundsHarness({
    minStake: microUsdc(BigInt(LEAST_STAKE)),
    maxStake: microUsdc(BigInt(MOST_STAKE)),
  });
  const users = await stage(house);
  const { url, database } = house.scratch;
  const jobs = scripts.map((script, n) => ({
    url,
    process: n,
    users,
    script,
    closes,
    width: WIDTH,
  }));
  const playing = workers.play(jobs);
  const [played, reads] = await Promise.all([playing, watch(database, playing)]);
  const answered = played.flatMap((one) => one.answered);
  // another process was first: told as an error, and none
  const errors = played.flatMap((one) => one.errors.filter((e) => !e.includes("STATE_CONFLICT")));
  expect(errors).toEqual([]);
  count(answered, reads);

  const verdict = findSerialOrder(answered, closes);
  if (!verdict.ok) {
    throw new Error(
      `No serial order explains: ${told(verdict.offender)}\nin:\n${historyOf(answered)}`,
    );
  }
  await rest(house, closes);
  const { ok, checks } = await auditBooks({ database });
  expect({ ok, checks: checks.filter((check) => !check.ok) }).toEqual({ ok: true, checks: [] });
  const found = await readWorld(house, users);
  const ends = verdict.worlds.map((world) => expectedOf(atRest(world, closes)));
  if (!ends.some((end) => Bun.deepEquals(end, found))) {
    throw new Error(
      `The model ends in ${Bun.inspect(ends[0])}\nthe service in ${Bun.inspect(found)}\nafter:\n${historyOf(answered)}`,
    );
  }
};

test("whatever several processes do at once, one serial order of the pure model explains every answer", async () => {
  const seed = stressSeed();
  announce("random interleavings", seed);
  await fc.assert(fc.asyncProperty(planOf(PROCESSES), playPlan), {
    seed,
    numRuns: 12 * stress(),
    // a race seldom comes twice: shrinking gives up after a while
    interruptAfterTimeLimit: 60_000 * stress(),
  });
  process.stderr.write(`${JSON.stringify(figures)}\n`);
});
