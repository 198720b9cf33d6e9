import { expect } from "bun:test";
import { randomUUID } from "node:crypto";
import { SYSTEM_ACTORS } from "../../../packages/context/src/index.ts";
import { silentLogger } from "../../../packages/context/src/testing.ts";
import { playerWith, staffWith } from "../../../packages/identity/src/testing/index.ts";
import { advanceRounds } from "../../../packages/rounds/src/index.ts";
import {
  createRuntime,
  migrateAll,
  readConfig,
  type Runtime,
} from "../../../packages/runtime/src/index.ts";
import { eventually, type Program, runProgram } from "../../e2e/run-program.ts";
import type { Seated, SentBet } from "./bettors.ts";

const SEATED_WITHIN_MS = 60_000;

/** A Friday morning, before the session. */
const NOW = Temporal.Instant.from("2026-11-20T12:00:00Z");

/** An API as a process of its own on a database of a test's own, on a sandbox's clock, with a round that takes bets. */
export interface Stage extends AsyncDisposable {
  readonly runtime: Runtime;
  readonly databaseUrl: string;
  /** Starts the API and waits until it listens. */
  start(): Promise<{ readonly api: Program; readonly url: string }>;
}

export const stageOn = async (databaseUrl: string): Promise<Stage> => {
  const config = readConfig({});
  const log = silentLogger;
  await migrateAll({ url: databaseUrl, config, log, sandbox: { now: NOW } });
  const runtime = await createRuntime({ config, log, place: { url: databaseUrl }, name: "test" });
  const by = { actor: SYSTEM_ACTORS.scheduler, requestId: randomUUID() };
  await advanceRounds(runtime, { by });
  return {
    runtime,
    databaseUrl,
    async start() {
      const env = {
        DATABASE_URL: databaseUrl,
        PORT: "0",
        HOST: "127.0.0.1",
        LOG_LEVEL: "info",
        // a few players bet as fast as they can, all from here
        RATE_LIMIT_ADDRESS: "1000000",
        RATE_LIMIT_BETS: "1000000",
        RATE_LIMIT_WRITES: "1000000",
      };
      const api = runProgram("apps/api/src/main.ts", [], { env });
      const { url } = await api.logged("API started");
      return { api, url: String(url).replace("localhost", "127.0.0.1") };
    },
    [Symbol.asyncDispose]: () => runtime.stop(),
  };
};

/** Players with a key each, and money enough for every bet they may ever place, which comes through the API. */
export const seatPlayers = async (
  { runtime }: Stage,
  url: string,
  count: number,
): Promise<readonly Seated[]> => {
  const { apiKey: operatorKey } = await staffWith(runtime);
  const seat = async (n: number): Promise<Seated> => {
    const { principal, apiKey } = await playerWith(runtime, `player${n}`);
    const userId = principal.actor.id;
    const deposit = { userId, amountMicroUsdc: "1000000000000", tx: `0x${n}` };
    // told again, it counts once: a busy machine may answer 503 to so many at once
    await eventually(
      "a deposit is taken",
      async () => {
        const { status } = await fetch(`${url}/simulate/deposit_webhook`, {
          method: "POST",
          headers: { "content-type": "application/json", authorization: `Bearer ${operatorKey}` },
          body: JSON.stringify(deposit),
        });
        expect([201, 503]).toContain(status);
        return status === 201;
      },
      SEATED_WITHIN_MS,
    );
    return { userId, apiKey };
  };
  return Promise.all(Array.from({ length: count }, (_, n) => seat(n)));
};

/** Every bet that was ever sent is there, once, as it was sent and under the id it was acknowledged with; no other is. */
export const expectExactly = async (
  { runtime }: Stage,
  sent: readonly SentBet[],
): Promise<void> => {
  const rows = await runtime.database.sql<
    { id: string; userId: string; side: string; stake: bigint }[]
  >`select id, user_id as "userId", side::text as side, stake from rounds.bet order by id`;
  const told = sent
    .map(({ id, userId, side, stake }) => `${id} ${userId} ${side} ${stake}`)
    .toSorted();
  expect(rows.map(({ id, userId, side, stake }) => `${id} ${userId} ${side} ${stake}`)).toEqual(
    told,
  );
  const { checks } = await runtime.audit();
  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
};
