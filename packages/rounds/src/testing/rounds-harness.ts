import { expect } from "bun:test";
import { randomUUID } from "node:crypto";
import { type Actor, type By, randomIds, SYSTEM_ACTORS } from "@closebell/context";
import { memoryEvents, silentLogger } from "@closebell/context/testing";
import { databaseClock, snapshot, transact } from "@closebell/database";
import { scratchDatabase, type ScratchDatabase } from "@closebell/database/testing";
import { createUser } from "@closebell/identity";
import {
  openCustodyAccount,
  periodOf,
  postTransfers,
  reconcile,
  userAccount,
} from "@closebell/ledger";
import { microUsdc } from "@closebell/money";
import { sql } from "drizzle-orm";
import type { OracleDeps } from "../ask-source.ts";
import { auditRounds } from "../audit-rounds.ts";
import { createBetIntake } from "../bet-batcher.ts";
import type { BetIntake } from "../bet-intake.ts";
import { ensureDefaultMarket, type MarketSettings } from "../ensure-default-market.ts";
import type { Side } from "../types.ts";
import { scriptedOracle, type ScriptedOracle } from "./scripted-oracle.ts";

const SETTINGS: MarketSettings = {
  code: "NDX",
  name: "Nasdaq-100",
  symbol: "NDX",
  exchange: "NASDAQ",
  timezone: "America/New_York",
  feeBps: 100,
  minStake: microUsdc(1n),
  maxStake: microUsdc(2n ** 62n),
  lockOffsetSeconds: 1,
  fetchDelayMinutes: 5,
  graceMinutes: 30,
  guardBps: 3000,
  onGraceEnd: "void",
  sources: ["scripted"],
  sourceRule: "first",
  toleranceBps: 0,
  auditSources: [],
};

/** For an intake of a test that holds an account while it does something else, however busy the machine is. */
export const PATIENT = 30_000;

/** Rounds on a scratch database: a market, a scripted source, and short words for what tests do. */
export interface RoundsHarness extends AsyncDisposable {
  readonly deps: OracleDeps;
  readonly scratch: ScratchDatabase;
  readonly oracle: ScriptedOracle;
  readonly intake: BetIntake;
  readonly by: By;
  /** A user with `balance` micro-USDC available. */
  user(balance: bigint): Promise<string>;
  /** Places a bet as that user. */
  bet(
    userId: string,
    side: Side,
    stake: bigint,
    options?: { readonly roundCode?: string; readonly key?: string },
  ): ReturnType<BetIntake["place"]>;
  available(userId: string): Promise<bigint>;
}

const playerOf = (userId: string): Actor => ({ kind: "player", id: userId, name: "player" });

/** Opens a scratch database with one market, which `settings` may change. */
export const roundsHarness = async (
  settings: Partial<MarketSettings> = {},
  options: Parameters<typeof scratchDatabase>[0] = {},
): Promise<RoundsHarness> => {
  const scratch = await scratchDatabase(options);
  const { database } = scratch;
  const oracle = scriptedOracle({ clock: databaseClock(database) });
  const deps: OracleDeps = {
    database,
    events: memoryEvents(),
    ids: randomIds,
    log: silentLogger,
    oracles: { scripted: oracle },
  };
  const by: By = { actor: SYSTEM_ACTORS.scheduler, requestId: randomUUID() };
  await ensureDefaultMarket(deps, { by, settings: { ...SETTINGS, ...settings } });
  await transact(deps, (work) => openCustodyAccount(work, "test"));
  const intake = createBetIntake(deps, { patienceMs: PATIENT });

  const user = async (balance: bigint): Promise<string> => {
    const { id } = await createUser(deps, { by });
    if (balance === 0n) return id;
    await transact(deps, async (work) => {
      const period = periodOf(await work.now());
      await work.tx.execute(sql`select ledger.ensure_period(${period}::int)`);
      await postTransfers(work, {
        by,
        period,
        kind: KIND_TEST_DEPOSIT,
        transfers: [
          {
            ref: randomUUID(),
            debit: "custody/test",
            credit: userAccount(id, "available"),
            amount: microUsdc(balance),
          },
        ],
      });
    });
    return id;
  };

  return {
    deps,
    scratch,
    oracle,
    intake,
    by,
    user,
    bet: (userId, side, stake, { roundCode, key = randomUUID() } = {}) =>
      intake.place({
        by: { actor: playerOf(userId), requestId: randomUUID() },
        userId,
        side,
        stake: microUsdc(stake),
        idempotencyKey: key,
        roundCode,
      }),
    available: async (userId) => {
      const [row] = await database.orm.execute<{ balance: bigint }>(
        sql`select balance from ledger.account where code = ${userAccount(userId, "available")}`,
      );
      return row?.balance ?? 0n;
    },
    [Symbol.asyncDispose]: async () => {
      await intake.close();
      await scratch[Symbol.asyncDispose]();
    },
  };
};

/** The books' own kind "correction" stands in for a deposit, which is custody's. */
const KIND_TEST_DEPOSIT = 1;

/** Fails with the offending checks unless every invariant of ledger and rounds holds. */
export const expectBalancedBooks = async ({ deps }: RoundsHarness): Promise<void> => {
  const checks = await snapshot(deps, async (tx) => [
    ...(await reconcile(tx)),
    ...(await auditRounds(tx)),
  ]);
  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
};
