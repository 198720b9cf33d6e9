import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { createServer } from "node:net";
import { devKeys } from "../../packages/adapters/src/chain/dev/index.ts";
import {
  type BreakableProxy,
  breakableProxy,
} from "../../packages/adapters/src/testing/breakable-proxy.ts";
import { silentLogger } from "../../packages/context/src/testing.ts";
import {
  describeWithRedis,
  emptyDatabase,
  scratchRedis,
} from "../../packages/database/src/testing/index.ts";
import { migrateAll, readConfig } from "../../packages/runtime/src/index.ts";
import { eventually, type Program, runProgram } from "./run-program.ts";
import { type StoppingStage, stoppingStage } from "./stopping-stage.ts";

setDefaultTimeout(90_000);

let stage: StoppingStage;
beforeAll(async () => {
  stage = await stoppingStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

const startApi = (env: Readonly<Record<string, string>>): Program =>
  runProgram("apps/api/src/main.ts", [], { env: { PORT: "0", HOST: "127.0.0.1", ...env } });

const urlOf = async (api: Program): Promise<string> =>
  String((await api.logged("API started"))["url"]);

const readiness = async (url: string): Promise<number | "refused"> => {
  try {
    return (await fetch(`${url}/health/ready`, { keepalive: false })).status;
  } catch {
    return "refused";
  }
};

/** It ended by itself, in order: past its deadline it would have ended with 1. */
const endedInOrder = async (program: Program): Promise<void> => {
  expect({ code: await program.exited, stderr: program.stderr() }).toEqual({ code: 0, stderr: "" });
};

const USERS = 5;
const EACH = 4;
const BETS = USERS * EACH;
const allOf = (status: number, code?: string) =>
  Array.from({ length: BETS }, () => [status, code] as const);

/** Bets that wait at a round's door, of an API that is then told to stop. */
const stopWithBets = async (
  env: Readonly<Record<string, string>>,
  broken: { readonly break: () => unknown; readonly when: "before" | "while" },
) => {
  const api = startApi(env);
  const url = await urlOf(api);
  await eventually("ready", async () => (await readiness(url)) === 200);
  const bets = await stage.bets(USERS, EACH);
  if (broken.when === "before") await broken.break();
  const release = await stage.holdRounds();
  const answers = bets.send(url);
  await eventually("bets wait", () => stage.isWaiting());
  if (broken.when === "while") await broken.break();
  api.kill("SIGTERM");
  return { api, url, bets, answers, release };
};

/** Whatever they were answered, sent again each is placed, and none twice. */
const placedOnce = async (bets: Awaited<ReturnType<StoppingStage["bets"]>>): Promise<void> => {
  await using next = startApi({ DATABASE_URL: stage.url });
  expect(await bets.send(await urlOf(next))).toEqual(allOf(201));
  expect(await bets.placed()).toBe(BETS);
};

const nothing = { break: () => undefined, when: "before" } as const;

describe("an API that is told to stop", () => {
  test("says at once that it wants no more, answers on for a while, answers all that wait, and ends", async () => {
    const late = await stage.bets(USERS, EACH);
    const env = { DATABASE_URL: stage.url, DRAIN_SECONDS: "2" };
    const { api, url, bets, answers, release } = await stopWithBets(env, nothing);
    await using _ = api;
    await eventually("not ready", async () => (await readiness(url)) === 503);
    const lateAnswers = late.send(url);
    await release();
    expect([await answers, await lateAnswers]).toEqual([allOf(201), allOf(201)]);
    expect([await bets.placed(), await late.placed()]).toEqual([BETS, BETS]);
    await endedInOrder(api);
    expect(await readiness(url)).toBe("refused");
  });

  for (const how of ["cut", "stall"] as const) {
    test(`with PostgreSQL gone (${how}) tells all that wait to ask again, and ends; asked again, each is placed once`, async () => {
      await using proxy = await breakableProxy(stage.url);
      const broken = { break: () => proxy[how](), when: "while" } as const;
      const env = { DATABASE_URL: proxy.url };
      const { api, url, bets, answers, release } = await stopWithBets(env, broken);
      await using _ = api;
      expect(await answers).toEqual(allOf(503, "DATABASE_UNAVAILABLE"));
      await endedInOrder(api);
      expect(await readiness(url)).toBe("refused");
      await release();
      await placedOnce(bets);
    });
  }
});

describeWithRedis("an API with Redis that is told to stop", () => {
  for (const how of ["cut", "stall"] as const) {
    test(`answers all that wait and ends with Redis gone: ${how}`, async () => {
      await using redis = await scratchRedis();
      await using proxy: BreakableProxy = await breakableProxy(redis.url);
      const broken = { break: () => proxy[how](), when: "before" } as const;
      // some bets may still be waiting for Redis, which is given up after a while, when others are at the round's door
      const env = { DATABASE_URL: stage.url, REDIS_URL: proxy.url, DRAIN_SECONDS: "2" };
      const { api, bets, answers, release } = await stopWithBets(env, broken);
      await using _ = api;
      await release();
      expect(await answers).toEqual(allOf(201));
      expect(await bets.placed()).toBe(BETS);
      await endedInOrder(api);
    });
  }

  for (const how of ["cut", "stall"] as const) {
    test(`all in one process ends in order with PostgreSQL, Redis and the chain's node all gone: ${how}`, async () => {
      await using database = await emptyDatabase();
      await using node = await silentServer();
      await using redis = await scratchRedis();
      await using proxies = new AsyncDisposableStack();
      const postgres = proxies.use(await breakableProxy(database.url));
      const cache = proxies.use(await breakableProxy(redis.url));
      await using service = runProgram("apps/standalone/src/main.ts", ["start"], {
        env: {
          PORT: "0",
          HOST: "127.0.0.1",
          LOG_PRETTY: "false",
          DATABASE_URL: postgres.url,
          REDIS_URL: cache.url,
          ...chainAt(how === "cut" ? NOWHERE : node.url),
        },
      });
      await service.logged("service started");
      if (how === "stall") await eventually("the node is asked", () => node.asked() > 0);
      await Promise.all([postgres[how](), cache[how]()]);
      service.kill("SIGTERM");
      expect(await service.exited).toBe(0);
    });
  }
});

/** Nothing listens there. */
const NOWHERE = "http://127.0.0.1:1";

/** Takes connections and never says a word. */
const silentServer = async () => {
  let asked = 0;
  const sockets = new Set<{ destroy(): unknown }>();
  const server = createServer((socket) => {
    asked += 1;
    sockets.add(socket);
    socket.on("error", () => undefined);
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return {
    url: `http://127.0.0.1:${port}`,
    asked: () => asked,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await Promise.resolve();
    },
  };
};

const chainAt = (rpcUrl: string): Record<string, string> => {
  const { xpub, hotWallet, coldWallet } = devKeys();
  return {
    CHAIN: "evm",
    EVM_CHAIN_NAME: "anvil",
    EVM_CHAIN_ID: "31337",
    EVM_RPC_URL: rpcUrl,
    EVM_USDC_ADDRESS: `0x${"a".repeat(40)}`,
    EVM_XPUB: xpub,
    EVM_HOT_WALLET_ADDRESS: hotWallet.address,
    EVM_COLD_WALLET_ADDRESS: coldWallet,
    EVM_START_BLOCK: "0",
  };
};

describe("a scheduler that is told to stop", () => {
  for (const how of ["refuses", "never answers"] as const) {
    test(`ends in order where its chain's node ${how}`, async () => {
      await using database = await emptyDatabase();
      await migrateAll({ url: database.url, config: readConfig({}), log: silentLogger });
      await using node = await silentServer();
      const rpcUrl = how === "refuses" ? NOWHERE : node.url;
      await using scheduler = runProgram("apps/scheduler/src/main.ts", [], {
        env: {
          SCHEDULER_PORT: "0",
          HOST: "127.0.0.1",
          DATABASE_URL: database.url,
          ...chainAt(rpcUrl),
        },
      });
      const { url } = await scheduler.logged("scheduler started");
      await eventually("ready", async () => (await fetch(`${String(url)}health/ready`)).ok);
      if (how === "never answers") await eventually("the node is asked", () => node.asked() > 0);
      scheduler.kill("SIGTERM");
      await endedInOrder(scheduler);
    });
  }
});
