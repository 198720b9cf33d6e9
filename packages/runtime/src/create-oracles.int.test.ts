import { expect, test } from "bun:test";
import { memoryLimiter } from "@closebell/adapters/limiter";
import { startProviderServer } from "@closebell/adapters/oracle/testing";
import { randomIds, SYSTEM_ACTORS } from "@closebell/context";
import { memoryEvents, silentLogger } from "@closebell/context/testing";
import { byTwo, scratchDatabase } from "@closebell/database/testing";
import { closeSessionAt } from "@closebell/rounds";
import { createLogger } from "./create-logger.ts";
import { createOracles } from "./create-oracles.ts";
import { createProbes } from "./create-probes.ts";
import { readConfig } from "./read-config.ts";

const CANARY = "canary-massive-key-0f3d";
const monday = Temporal.PlainDate.from("2026-11-23");

const scene = async () => {
  const scratch = await scratchDatabase();
  const server = startProviderServer({ keys: { massive: CANARY } });
  server.publish({ symbol: "I:NDX", date: "2026-11-23", written: "29209.23" });
  const config = readConfig({
    ORACLE: "massive:I:NDX",
    MASSIVE_API_KEY: CANARY,
    MASSIVE_URL: server.url,
  });
  const oracles = await createOracles(config, scratch.database);
  return {
    scratch,
    server,
    oracles,
    massive: oracles["massive"],
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await scratch[Symbol.asyncDispose]();
    },
  };
};

test("only what has its key is there, and nothing made up beside a real source", async () => {
  await using world = await scene();
  expect(Object.keys(world.oracles)).toEqual(["massive"]);
  expect((await world.massive?.closeOf("I:NDX", monday))?.price).toBe("29209.23");
});

test("a session that an operator closed early is known", async () => {
  await using world = await scene();
  const { database } = world.scratch;
  const deps = { database, events: memoryEvents(), ids: randomIds, log: silentLogger };
  const by = { actor: SYSTEM_ACTORS.anonymous, requestId: randomIds.uuid() };
  const source = "notice of the exchange";
  await byTwo(closeSessionAt)(deps, {
    by,
    exchange: "NASDAQ",
    date: monday,
    closesAt: "13:00",
    source,
  });
  const close = await world.massive?.closeOf("I:NDX", monday);
  expect(close?.asOf.toString()).toBe("2026-11-23T18:00:00Z");
});

test("a canary key is in no log, error or health, whatever the provider says", async () => {
  await using world = await scene();
  const lines: string[] = [];
  const log = createLogger({
    logLevel: "debug",
    logPretty: false,
    name: "test",
    write: (line) => void lines.push(line),
  });
  const bodies = [`{"error":"Unknown API Key ${CANARY}"}`, `<p>${CANARY}</p>`];
  for (const body of bodies) {
    for (const status of [200, 401, 403, 404, 500]) {
      world.server.heal();
      world.server.fail({ kind: "status", status, body });
      try {
        await world.massive?.closeOf("I:NDX", monday);
        throw new Error("answered where it should have failed");
      } catch (error) {
        log.error({ err: error, request: Object(error).request, raw: Object(error).raw }, "failed");
      }
    }
  }
  const probes = createProbes({
    database: world.scratch.database,
    events: memoryEvents(),
    limiter: memoryLimiter(),
    queue: undefined,
    usesRedis: false,
    oracles: world.oracles,
    chains: [],
  });
  const found = await Promise.all(probes.map(async ({ name, check }) => [name, await check()]));
  expect(found.map(([name]) => name)).toContain("oracle:massive");
  expect(lines).toHaveLength(10);
  expect(lines.join("")).toContain("***");
  expect(lines.join("") + JSON.stringify(found)).not.toContain(CANARY);
});

test("a source in trouble says so in the health of the service, without being asked", async () => {
  await using world = await scene();
  world.server.fail({ kind: "too-many", headers: { "retry-after": "600" } }, { times: 1 });
  expect(world.massive?.closeOf("I:NDX", monday)).rejects.toMatchObject({ kind: "unavailable" });
  const probes = createProbes({
    database: world.scratch.database,
    events: memoryEvents(),
    limiter: memoryLimiter(),
    queue: undefined,
    usesRedis: false,
    oracles: world.oracles,
    chains: [],
  });
  const probe = probes.find(({ name }) => name === "oracle:massive");
  expect(await probe?.check()).toContain("told us to wait");
  expect(world.server.asked).toHaveLength(1);
});
