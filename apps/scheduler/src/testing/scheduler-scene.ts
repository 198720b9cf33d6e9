import { randomIds, SYSTEM_ACTORS } from "@closebell/context";
import { recordDeposit } from "@closebell/custody";
import { type ScratchDatabase, scratchDatabase } from "@closebell/database/testing";
import { createUser } from "@closebell/identity";
import { microUsdc } from "@closebell/money";
import { createBetIntake, getRound, type Side } from "@closebell/rounds";
import { createRuntime, migrateAll, readConfig, type Runtime } from "@closebell/runtime";
import { silentLogger } from "@closebell/context/testing";
import { createScheduler, type Scheduler, type SchedulerOptions } from "../create-scheduler.ts";

export interface StartedScheduler extends Scheduler {
  /** Its value of a metric, the first of several. */
  metric(name: string): Promise<number | undefined>;
}

/** A database with a market, at 12:00 UTC on Friday, 2026-11-20, and as many schedulers as a test wants. */
export interface SchedulerScene extends AsyncDisposable {
  readonly scratch: ScratchDatabase;
  /** For asking and betting; runs no scheduler. */
  readonly runtime: Runtime;
  startScheduler(options: SchedulerOptions): Promise<StartedScheduler>;
  stateOf(code: string): Promise<string>;
  /** Users with these bets on the round that is open. */
  placeBets(bets: readonly (readonly [Side, bigint])[]): Promise<readonly string[]>;
}

const by = () => ({ actor: SYSTEM_ACTORS.anonymous, requestId: randomIds.uuid() });

const placeBets = async (runtime: Runtime, bets: readonly (readonly [Side, bigint])[]) => {
  const intake = createBetIntake(runtime);
  const userIds: string[] = [];
  for (const [n, [side, stake]] of bets.entries()) {
    const { id: userId } = await createUser(runtime, { by: by() });
    const amountMicroUsdc = microUsdc(stake);
    const tx = `0x${userId}`;
    await recordDeposit(runtime, {
      by: by(),
      chain: "simulated",
      userId,
      tx,
      log: n,
      amountMicroUsdc,
    });
    await intake.place({ by: by(), userId, side, stake: amountMicroUsdc, idempotencyKey: "bet" });
    userIds.push(userId);
  }
  await intake.close();
  return userIds;
};

export const schedulerScene = async (
  options: { readonly redisUrl?: string } = {},
): Promise<SchedulerScene> => {
  await using stack = new AsyncDisposableStack();
  const scratch = stack.use(await scratchDatabase({ max: 4 }));
  const config = readConfig({ REDIS_URL: options.redisUrl });
  await migrateAll({ url: scratch.url, config, log: silentLogger });
  const connect = (queue: boolean): Promise<Runtime> =>
    createRuntime({
      config,
      log: silentLogger,
      place: scratch,
      name: "test",
      connections: 4,
      queue,
    });
  const runtime = await connect(false);
  stack.defer(() => runtime.stop());
  const held = stack.move();
  return {
    scratch,
    runtime,
    async startScheduler(settings) {
      const own = await connect(true);
      held.defer(() => own.stop());
      if (own.queue === undefined) throw new Error("no queue");
      const scheduler = createScheduler({ ...own, queue: own.queue }, settings);
      held.defer(() => scheduler.stop());
      scheduler.start();
      return {
        ...scheduler,
        async metric(name) {
          const line = (await own.registry.metrics())
            .split("\n")
            .find((text) => text.startsWith(name));
          return line === undefined ? undefined : Number(line.split(" ").at(-1));
        },
      };
    },
    stateOf: async (code) => (await getRound(runtime, { market: "NDX", code })).state,
    placeBets: (bets) => placeBets(runtime, bets),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
};

/** Waits until `ask` answers `wanted`. */
export const reaches = async <T>(ask: () => Promise<T>, wanted: T): Promise<void> => {
  let last: unknown;
  for (const until = performance.now() + 30_000; performance.now() < until;) {
    last = await ask().catch((error: unknown) => String(error));
    if (last === wanted) return;
    await Bun.sleep(25);
  }
  throw new Error(`still ${String(last)}, not ${String(wanted)}`);
};
