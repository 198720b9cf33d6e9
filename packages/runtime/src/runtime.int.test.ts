import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DomainError, type Logger, randomIds, SYSTEM_ACTORS } from "@closebell/context";
import { silentLogger as log } from "@closebell/context/testing";
import {
  describeWithRedis,
  emptyDatabase,
  scratchDatabase,
  scratchRedis,
} from "@closebell/database/testing";
import { creditUser, recordDeposit } from "@closebell/custody";
import type { Database } from "@closebell/database";
import { createUser } from "@closebell/identity";
import { microUsdc } from "@closebell/money";
import { getMarket } from "@closebell/rounds";
import type { ChainConfig } from "./chain-config.ts";
import { checkDatabase } from "./check-database.ts";
import { createRuntime } from "./create-runtime.ts";
import { ensureMarket } from "./ensure-market.ts";
import { migrateAll } from "./migrate-all.ts";
import { readConfig } from "./read-config.ts";

setDefaultTimeout(60_000);

const config = readConfig({});
const production = readConfig({ NODE_ENV: "production" });

const codeOf = async (attempt: Promise<unknown>): Promise<string> => {
  try {
    await attempt;
    return "no error";
  } catch (error) {
    return error instanceof DomainError ? `${error.code}: ${error.message}` : String(error);
  }
};

const becomes = async (ask: () => unknown, wanted: unknown): Promise<void> => {
  const end = performance.now() + 30_000;
  while ((await ask()) !== wanted && performance.now() < end) await Bun.sleep(20);
  expect(await ask()).toBe(wanted);
};

const withMarket = (settings: Record<string, string>) => readConfig(settings);

describe("migrating", () => {
  test("brings up an empty database with its market, once, by two at once too", async () => {
    await using empty = await emptyDatabase();
    const { url } = empty;
    const both = await Promise.all([
      migrateAll({ url, config, log }),
      migrateAll({ url, config, log }),
    ]);
    expect(both.map(({ applied }) => applied.length > 0)).toContain(false);
    const rooms = new Set(both.flatMap(({ applied }) => applied.map((each) => each.split("/")[0])));
    expect([...rooms]).toEqual([
      "database",
      "ledger",
      "identity",
      "protection",
      "rounds",
      "custody",
      "adapters",
    ]);
    const again = await migrateAll({ url, config, log });
    expect(again).toEqual({ applied: [], differs: [] });
    const runtime = await createRuntime({ config, log, place: { url }, name: "test" });
    expect(await getMarket(runtime, {})).toMatchObject({ code: "NDX", feeBps: 100 });
    expect(runtime.sandbox).toBe(false);
    expect((await runtime.audit()).ok).toBe(true);
    await runtime.stop();
  });

  test("keeps the market as it is when the environment changes, and says how they differ", async () => {
    await using empty = await emptyDatabase();
    const { url } = empty;
    await migrateAll({ url, config: withMarket({ FEE_BPS: "250" }), log });
    const warnings: string[] = [];
    const telling: Logger = { ...log, warn: (_fields, message) => void warnings.push(message) };
    const { differs } = await migrateAll({ url, config, log: telling });
    expect(differs).toEqual(["feeBps is 250, not 100"]);
    expect(warnings.join()).toContain("feeBps is 250, not 100");
    const runtime = await createRuntime({ config, log, place: { url }, name: "test" });
    expect(await ensureMarket(runtime, config)).toEqual({ created: false, differs });
    expect(await getMarket(runtime, {})).toMatchObject({ feeBps: 250 });
    await runtime.stop();
  });

  test("leaves a database without a market where none is wanted", async () => {
    await using empty = await emptyDatabase();
    const { url } = empty;
    await migrateAll({ url, config, log, defaultMarket: false });
    const runtime = await createRuntime({ config, log, place: { url }, name: "test" });
    expect(await codeOf(getMarket(runtime, {}))).toStartWith("MARKET_NOT_FOUND");
    await runtime.stop();
  });

  test("makes no sandbox in production", async () => {
    await using empty = await emptyDatabase();
    const sandbox = { now: Temporal.Instant.from("2026-11-20T12:00:00Z") };
    const attempt = migrateAll({ url: empty.url, config: production, log, sandbox });
    expect(await codeOf(attempt)).toStartWith("SANDBOX_ONLY");
  });
});

describe("a runtime is refused, in one line that says what to do", () => {
  test("on a database that was never migrated", async () => {
    await using empty = await emptyDatabase();
    const attempt = createRuntime({ config, log, place: empty, name: "test" });
    const refusal = await codeOf(attempt);
    expect(refusal).toStartWith("DATABASE_UNAVAILABLE: ");
    expect(refusal).toContain("bun run admin migrate");
  });

  test("where nothing listens", async () => {
    const place = { url: "postgres://u:p@127.0.0.1:1/closebell" };
    const refusal = await codeOf(createRuntime({ config, log, place, name: "test" }));
    expect(refusal).toStartWith("DATABASE_UNAVAILABLE: PostgreSQL at 127.0.0.1:1/closebell");
    expect(refusal).not.toContain("\n");
  });

  test("on a sandbox in production", async () => {
    await using scratch = await scratchDatabase();
    const attempt = createRuntime({ config: production, log, place: scratch, name: "test" });
    expect(await codeOf(attempt)).toStartWith("SANDBOX_ONLY");
  });
});

describe("what is at stake and where", () => {
  const evm = (chainId: number) =>
    ({
      kind: "evm",
      name: "chain",
      chainId,
      rpcUrls: ["http://127.0.0.1:1"],
      usdc: `0x${"a".repeat(40)}`,
      xpub: "xpub",
      hotWallet: `0x${"b".repeat(40)}`,
      coldWallet: undefined,
      startBlock: 0n,
      confirmations: undefined,
      hotWalletKey: undefined,
      depositKey: undefined,
    }) as const;
  const check = (database: Database, chain: ChainConfig) =>
    checkDatabase(database, { production: false, chain });

  test("a sandbox takes chains of somebody's own machine, and no other real one", async () => {
    await using scratch = await scratchDatabase();
    for (const id of [31_337, 1_337])
      expect(await check(scratch.database, evm(id))).toEqual({ sandbox: true });
    expect(await check(scratch.database, { kind: "simulated" })).toEqual({ sandbox: true });
    expect(await codeOf(check(scratch.database, evm(8_453)))).toStartWith("SANDBOX_ONLY: ");
  });

  test("no real chain pays out play money, whether it was credited or deposited", async () => {
    await using scratch = await scratchDatabase();
    await migrateAll({ url: scratch.url, config, log });
    const runtime = await createRuntime({ config, log, place: scratch, name: "test" });
    const by = { actor: SYSTEM_ACTORS.anonymous, requestId: randomIds.uuid() };
    const { id: userId } = await createUser(runtime, { by });
    const amountMicroUsdc = microUsdc(5n);
    await creditUser(runtime, { by, userId, amountMicroUsdc, idempotencyKey: "gift" });
    expect(await codeOf(check(scratch.database, evm(31_337)))).toStartWith("SANDBOX_ONLY: ");
    expect(await check(scratch.database, { kind: "simulated" })).toEqual({ sandbox: true });
    await runtime.stop();

    await using other = await scratchDatabase();
    await migrateAll({ url: other.url, config, log });
    const second = await createRuntime({ config, log, place: other, name: "test" });
    const { id } = await createUser(second, { by });
    const told = { by, chain: "simulated", userId: id, tx: "tx-1", log: 0, amountMicroUsdc };
    await recordDeposit(second, told);
    expect(await codeOf(check(other.database, evm(31_337)))).toStartWith("SANDBOX_ONLY: ");
    await second.stop();
  });
});

describe("a runtime", () => {
  test("stops twice as once, and then answers nothing more", async () => {
    await using scratch = await scratchDatabase();
    await migrateAll({ url: scratch.url, config, log });
    const runtime = await createRuntime({ config, log, place: scratch, name: "test", queue: true });
    expect(runtime.sandbox).toBe(true);
    await becomes(() => runtime.queue?.healthy(), true);
    expect(runtime.events.healthy()).toBe(true);
    await Promise.all([runtime.stop(), runtime.stop()]);
    expect(runtime.events.healthy()).toBe(false);
    expect(await codeOf(getMarket(runtime, {}))).toStartWith("DATABASE_UNAVAILABLE");
  });

  test("tells what a price source's file is like, and lets nobody set its prices", async () => {
    await using scratch = await scratchDatabase();
    const folder = await mkdtemp(join(tmpdir(), "closebell-closes-"));
    try {
      const file = join(folder, "closes.csv");
      const fed = readConfig({ ORACLE: "file", ORACLE_FILE: file });
      const runtime = await createRuntime({ config: fed, log, place: scratch, name: "test" });
      const probe = runtime.probes.find(({ name }) => name === "oracle:file");
      expect(await probe?.check()).toBe("the price source is unavailable");
      await writeFile(file, "date,close\n2026-11-20,1.5\n");
      expect(await probe?.check()).toBeUndefined();
      await writeFile(file, "date,close\n2026-11-20,many\n");
      expect(await probe?.check()).toBe("the price source is malformed");
      expect(Object.keys(runtime.oracles)).toEqual(["file"]);
      expect(runtime.simulation).toBeUndefined();
      await runtime.stop();
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("answers with the simulated close that was set", async () => {
    await using scratch = await scratchDatabase();
    const runtime = await createRuntime({ config, log, place: scratch, name: "test" });
    const date = Temporal.PlainDate.from("2026-11-20");
    const by = { actor: SYSTEM_ACTORS.anonymous, requestId: randomIds.uuid() };
    await runtime.simulation?.setClose({ by, symbol: "NDX", date, price: "123.45" });
    expect((await runtime.oracles["simulated"]?.closeOf("NDX", date))?.price).toBe("123.45");
    expect((await runtime.oracles["simulated-b"]?.closeOf("NDX", date))?.price).not.toBe("123.45");
    expect(runtime.chains.map(({ name, simulated }) => ({ name, simulated }))).toEqual([
      { name: "simulated", simulated: true },
    ]);
    await runtime.stop();
  });
});

describeWithRedis("with Redis", () => {
  test("the runtime names what is gone, starts without it, and stops all the same", async () => {
    await using scratch = await scratchDatabase();
    await migrateAll({ url: scratch.url, config, log });
    const redis = await scratchRedis();
    const withRedis = readConfig({ REDIS_URL: redis.url });
    const options = { config: withRedis, log, place: scratch, name: "test", queue: true };
    const runtime = await createRuntime(options);
    const findings = async () =>
      Object.fromEntries(
        await Promise.all(
          runtime.probes.map(async ({ name, check }) => [name, await check()] as const),
        ),
      );
    await becomes(async () => (await findings())["queue"], undefined);
    expect(await findings()).toMatchObject({ redis: undefined, queue: undefined });
    await redis[Symbol.asyncDispose]();
    await becomes(async () => (await findings())["queue"], "the job queue does not answer");
    expect(await findings()).toMatchObject({
      redis: "Redis does not answer",
      queue: "the job queue does not answer",
    });
    const late = await createRuntime(options);
    await Promise.all([runtime.stop(), late.stop()]);
  });
});
