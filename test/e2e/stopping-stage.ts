import { creditUser } from "../../packages/custody/src/index.ts";
import { openDatabase } from "../../packages/database/src/index.ts";
import { emptyDatabase } from "../../packages/database/src/testing/index.ts";
import { randomIds, SYSTEM_ACTORS } from "../../packages/context/src/index.ts";
import { silentLogger } from "../../packages/context/src/testing.ts";
import { createUser } from "../../packages/identity/src/index.ts";
import { staffWith } from "../../packages/identity/src/testing/index.ts";
import { microUsdc } from "../../packages/money/src/index.ts";
import { advanceRounds } from "../../packages/rounds/src/index.ts";
import { createRuntime, migrateAll, readConfig } from "../../packages/runtime/src/index.ts";
import { clientOf } from "./http-client.ts";

/** What one request was answered: its status, and its code where it was refused. */
export type Answered = readonly [status: number, code: unknown];

/** Bets of users of their own, each with a key. */
export interface Bets {
  /** Sends them all at once to the API at `url`; "cut" where no answer came. */
  send(url: string): Promise<readonly Answered[] | "cut">;
  /** How many of them stand in the books. */
  placed(): Promise<number>;
}

/** A sandbox's database with an open round, and whoever may bet for others. */
export interface StoppingStage extends AsyncDisposable {
  readonly url: string;
  /** Of users who have money for them. */
  bets(users: number, each: number): Promise<Bets>;
  /** Lets no bet into a round until the answer is called. */
  holdRounds(): Promise<() => Promise<void>>;
  /** Whether a bet waits to enter. */
  isWaiting(): Promise<boolean>;
}

const NOW = Temporal.Instant.from("2026-11-20T22:00:00Z");

/** Makes the database; no process of the service runs yet. */
export const stoppingStage = async (): Promise<StoppingStage> => {
  await using stack = new AsyncDisposableStack();
  const { url } = stack.use(await emptyDatabase());
  const config = readConfig({});
  const log = silentLogger;
  await migrateAll({ url, config, log, sandbox: { now: NOW } });
  const runtime = await createRuntime({ config, log, place: { url }, name: "stage" });
  stack.defer(() => runtime.stop());
  const owner = openDatabase({ url, role: "owner", max: 3 });
  stack.defer(() => owner.close());
  const by = { actor: SYSTEM_ACTORS.scheduler, requestId: randomIds.uuid() };
  await advanceRounds(runtime, { by });
  const { apiKey } = await staffWith(runtime, ["admin"]);

  const richUser = async (): Promise<string> => {
    const { id: userId } = await createUser(runtime, { by });
    const amountMicroUsdc = microUsdc(1_000n);
    await creditUser(runtime, { by, userId, amountMicroUsdc, idempotencyKey: "for-bets" });
    return userId;
  };
  const held = stack.move();
  return {
    url,
    async bets(users, each) {
      const ids = await Promise.all(Array.from({ length: users }, richUser));
      const all = ids.flatMap((userId) =>
        Array.from({ length: each }, (_, n) => ({ userId, key: `k${n}` })),
      );
      return {
        async send(to) {
          const client = clientOf(to, apiKey);
          const answers = await Promise.allSettled(
            all.map(({ userId, key }) =>
              client.post("/bets", { userId, side: "UP", stakeMicroUsdc: "1" }, key),
            ),
          );
          const given = answers.filter((one) => one.status === "fulfilled");
          if (given.length < answers.length) return "cut";
          return given.map(({ value: { status, body } }) => [status, body["code"]] as const);
        },
        async placed() {
          const [row] = await owner.sql<{ n: number }[]>`
            select count(*)::int as n from rounds.bet where user_id = any (${ids}::uuid[])`;
          return row?.n ?? 0;
        },
      };
    },
    async holdRounds() {
      const { promise: end, resolve: release } = Promise.withResolvers<void>();
      const locked = Promise.withResolvers<void>();
      const holding = owner.sql.begin(async (tx) => {
        await tx`select pg_advisory_xact_lock(20501, id) from rounds.round`;
        locked.resolve();
        await end;
      });
      await Promise.race([locked.promise, holding]);
      return async () => {
        release();
        await holding;
      };
    },
    async isWaiting() {
      const found = await owner.sql`
        select from pg_locks where locktype = 'advisory' and not granted
          and database = (select oid from pg_database where datname = current_database())`;
      return found.length > 0;
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
};
