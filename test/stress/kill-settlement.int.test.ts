import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { connect } from "../../packages/database/src/connect.ts";
import { snapshot } from "../../packages/database/src/index.ts";
import { byTwo } from "../../packages/database/src/testing/by-two.ts";
import { reconcile } from "../../packages/ledger/src/index.ts";
import { allocate, feeOf, microUsdc } from "../../packages/money/src/index.ts";
import { advanceRounds, auditRounds, lockRound } from "../../packages/rounds/src/index.ts";
import { roundsHarness, type RoundsHarness } from "../../packages/rounds/src/testing/index.ts";
import { eventually } from "../e2e/run-program.ts";
import { type Clone, cloneOf } from "./crash/clones.ts";
import { between, chanceOf } from "./crash/seeded.ts";
import { announce, stress, stressSeed } from "./how-long.ts";

setDefaultTimeout(3_600_000);

const CODE = "20261120";
const USERS = 30;
const BETS_EACH = 8;
/** Bets in a chunk; the service's own chunks hold thousands. */
const CHUNK = 30;
/** As many as are full, and one for whatever comes after the last bound. */
const CHUNKS = (USERS * BETS_EACH) / CHUNK + 1;

interface PlacedBet {
  readonly id: string;
  readonly userId: string;
  readonly side: string;
  readonly stake: bigint;
}

/** A locked round full of bets, to be copied for each crash. */
let house: RoundsHarness;
let bets: readonly PlacedBet[];
let template: string;

/** The service plans chunks of its own size: here of CHUNK bets, so that a small round has many. */
const planSmallChunks = async (url: string): Promise<void> => {
  const owner = connect({ url, max: 1, parameters: { role: "closebell_owner" } });
  await owner.unsafe(`
    alter function rounds.plan_chunks rename to plan_chunks_of_any_size;
    create function rounds.plan_chunks(p_round integer, p_size integer) returns integer language sql
      begin atomic select rounds.plan_chunks_of_any_size(p_round, ${CHUNK}); end;
    grant execute on function rounds.plan_chunks to closebell_application;`);
  await owner.end({ timeout: 1 });
};

beforeAll(async () => {
  house = await roundsHarness();
  const { deps, by, scratch } = house;
  await advanceRounds(deps, { by });
  const users = await Promise.all(Array.from({ length: USERS }, () => house.user(1_000_000n)));
  const chance = chanceOf(1);
  const placed = await Promise.all(
    users.flatMap((user) =>
      Array.from({ length: BETS_EACH }, () =>
        house.bet(user, chance() < 0.5 ? "UP" : "DOWN", BigInt(between(chance, 1, 9_999))),
      ),
    ),
  );
  bets = placed.map(({ bet }) => bet);
  await byTwo(lockRound)(deps, { by, code: CODE });
  await planSmallChunks(scratch.url);
  await Promise.all([scratch.database.close(), scratch.owner.close()]);
  template = scratch.url;
});
afterAll(() => house[Symbol.asyncDispose]());

const total = (some: readonly PlacedBet[]): bigint =>
  some.reduce((sum, { stake }) => sum + stake, 0n);

/** What each bet must be paid, by the rules alone. */
const dueTo = (outcome: string): ReadonlyMap<string, bigint> => {
  if (outcome === "VOID") return new Map(bets.map(({ id, stake }) => [id, stake]));
  const winners = bets.filter(({ side }) => side === outcome);
  const losing = total(bets) - total(winners);
  const shares = allocate({
    winningPool: microUsdc(total(winners)),
    distributable: microUsdc(losing - feeOf(microUsdc(losing), 100)),
    stakes: winners.map(({ id, stake }) => ({ id, stake: microUsdc(stake) })),
  });
  return new Map(winners.map(({ id, stake }) => [id, stake + (shares.get(id) ?? 0n)]));
};

/** Every bet is paid what it is due, once; outcome and state are right; the books balance. */
const expectSettled = async (clone: Clone, outcome: string): Promise<void> => {
  const { database } = clone;
  const paid = await database.sql<{ ref: string; amount: bigint }[]>`
    select ref, amount from ledger.transfer where kind in (23, 24) order by ref`;
  const due = [...dueTo(outcome)].map(([ref, amount]) => ({ ref, amount }));
  expect([...paid]).toEqual(due.toSorted((a, b) => (a.ref < b.ref ? -1 : 1)));
  const [round] = await database.sql<{ state: string; outcome: string }[]>`
    select state, outcome from rounds.round where code = ${CODE}`;
  expect(round).toEqual({ state: outcome === "VOID" ? "VOID" : "SETTLED", outcome });
  const checks = await snapshot({ database }, async (tx) => [
    ...(await reconcile(tx)),
    ...(await auditRounds(tx)),
  ]);
  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
};

/** A process of its own that settles, or does what is due. */
const settling = (clone: Clone, ...args: readonly string[]) =>
  Bun.spawn(
    [
      process.execPath,
      "--no-env-file",
      join(import.meta.dir, "crash/settle.ts"),
      clone.url,
      ...args,
    ],
    { stdio: ["ignore", "ignore", "inherit"] },
  );

const chunksDone = async ({ database }: Clone): Promise<number> => {
  const [done] = await database.sql<{ n: bigint; planned: number | null }[]>`
    select (select count(*) from rounds.settlement_chunk) as n, chunks as planned
    from rounds.round where code = ${CODE}`;
  expect(done?.planned).toBe(CHUNKS);
  return Number(done?.n);
};

const outcomeOf = async ({ database }: Clone): Promise<string | null | undefined> => {
  const [round] = await database.sql<{ outcome: string | null }[]>`
    select outcome from rounds.round where code = ${CODE}`;
  return round?.outcome;
};

/** Until PostgreSQL has noticed that the processes are dead, and has undone what they had in hand. */
const buried = ({ admin }: Clone): Promise<void> =>
  eventually("the dead process's connections gone", async () => {
    const [left] = await admin<{ n: bigint }[]>`
      select count(*) as n from pg_stat_activity
      where datname = current_database() and application_name = 'settling'`;
    return left?.n === 0n;
  });

const isWaiting = async ({ admin }: Clone): Promise<boolean> => {
  const [waiting] = await admin<{ n: bigint }[]>`
    select count(*) as n from pg_stat_activity where datname = current_database()
      and application_name = 'settling' and wait_event_type = 'Lock'`;
  return waiting?.n !== 0n;
};

const advance = (clone: Clone): Promise<unknown> =>
  advanceRounds({ ...house.deps, database: clone.database }, { by: house.by });

const OUTCOMES = ["UP", "DOWN", "VOID"] as const;

describe("a settling process killed with -9", () => {
  for (let boundary = 1; boundary <= CHUNKS + 1; boundary += 1) {
    const outcome = OUTCOMES[boundary % 3] ?? "UP";
    test(`when it is told for the ${boundary}. time that chunks are paid (${outcome}): each bet is paid once`, async () => {
      await using clone = await cloneOf(template);
      const child = settling(clone, CODE, outcome, String(boundary));
      await child.exited;
      expect(child.signalCode).toBe("SIGKILL");
      await buried(clone);
      expect(await outcomeOf(clone)).toBe(outcome);
      expect(await chunksDone(clone)).toBeGreaterThanOrEqual(boundary - 1);
      await advance(clone);
      await expectSettled(clone, outcome);
    });
  }

  for (let chunk = 0; chunk < CHUNKS - 1; chunk += 1) {
    const outcome = OUTCOMES[chunk % 3] ?? "UP";
    test(`in the middle of chunk ${chunk} (${outcome}): it was not paid, and is then paid once`, async () => {
      await using clone = await cloneOf(template);
      const inOrder = [...new Set(bets.map(({ userId }) => userId))].toSorted();
      const user = inOrder[Math.floor(((chunk + 0.5) * USERS) / (CHUNKS - 1))] ?? "";
      const holder = connect({ url: clone.url, max: 1, parameters: {} });
      let child: ReturnType<typeof settling> | undefined;
      await holder.begin(async (tx) => {
        await tx`select from ledger.account where owner = ${user} and purpose = 'available' for update`;
        child = settling(clone, CODE, outcome);
        await eventually("a chunk waiting for the account", () => isWaiting(clone));
        child.kill("SIGKILL");
        await child.exited;
      });
      await holder.end({ timeout: 1 });
      await buried(clone);
      expect(await chunksDone(clone)).toBeLessThan(CHUNKS);
      await advance(clone);
      await expectSettled(clone, outcome);
    });
  }

  test("again and again at random moments, with others at the same round: each bet is paid once", async () => {
    const seed = stressSeed();
    announce("kill -9 of the settling process", seed);
    const chance = chanceOf(seed);
    const figures = { kills: 0, interrupted: 0 };
    for (let n = 0; n < 3 * stress(); n += 1) {
      await using clone = await cloneOf(template);
      const first = settling(clone, CODE, "UP");
      await eventually("the outcome fixed", async () => (await outcomeOf(clone)) === "UP");
      first.kill("SIGKILL");
      for (let kill = 0; kill < 3; kill += 1) {
        const children = [settling(clone, "advance"), settling(clone, "advance")];
        await Bun.sleep(between(chance, 150, 400));
        for (const child of children) child.kill("SIGKILL");
        await Promise.all(children.map(({ exited }) => exited));
        figures.kills += 2;
        if ((await chunksDone(clone)) < CHUNKS) figures.interrupted += 1;
      }
      await buried(clone);
      await advance(clone);
      await expectSettled(clone, "UP");
    }
    process.stderr.write(`kill -9 of the settling process: ${JSON.stringify(figures)}\n`);
  });
});
