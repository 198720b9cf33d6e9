import { expect, test } from "bun:test";
import { type By, DomainError, SYSTEM_ACTORS } from "@closebell/context";
import { countingIds, memoryEvents, silentLogger } from "@closebell/context/testing";
import { databaseClock, listAudit, type Database } from "@closebell/database";
import { scratchDatabase } from "@closebell/database/testing";
import { databaseCloses } from "./database-closes.ts";
import { setSimulatedClose } from "./set-simulated-close.ts";
import { simulatedOracle } from "./simulated-oracle.ts";

const monday = Temporal.PlainDate.from("2026-11-23");
const by: By = {
  actor: SYSTEM_ACTORS.scheduler,
  requestId: "01900000-0000-7000-8000-000000000001",
  reason: "a rehearsal",
};
const input = { by, symbol: "NDX", date: monday };

const depsOf = (database: Database) => ({
  database,
  events: memoryEvents(),
  ids: countingIds(),
  log: silentLogger,
});

const oracleOf = (database: Database, name: "simulated" | "simulated-b" = "simulated") =>
  simulatedOracle({
    name,
    clock: databaseClock(database),
    overrides: databaseCloses({ database, source: name }),
  });

const codeOf = async (work: Promise<unknown>) => {
  try {
    await work;
  } catch (error) {
    return error instanceof DomainError ? error.code : error;
  }
  return "no error";
};

test("what one process sets, another one's source says, and the last word counts", async () => {
  await using scratch = await scratchDatabase();
  const deps = depsOf(scratch.database);
  const elsewhere = oracleOf(scratch.owner);
  const before = await elsewhere.closeOf("NDX", monday);
  await setSimulatedClose(deps, { ...input, price: "20123.45" });
  expect((await elsewhere.closeOf("NDX", monday)).price).toBe("20123.45");
  expect((await elsewhere.closeOf("SPX", monday)).price).not.toBe("20123.45");
  await setSimulatedClose(deps, { ...input, mode: "unavailable" });
  expect(elsewhere.closeOf("NDX", monday)).rejects.toMatchObject({ kind: "unavailable" });
  await setSimulatedClose(deps, { ...input, mode: "right" });
  expect(await elsewhere.closeOf("NDX", monday)).toEqual(before);
});

test("the second source is told apart from the first", async () => {
  await using scratch = await scratchDatabase();
  await setSimulatedClose(depsOf(scratch.database), {
    ...input,
    source: "simulated-b",
    price: "1.5",
  });
  const first = await oracleOf(scratch.database).closeOf("NDX", monday);
  const second = await oracleOf(scratch.database, "simulated-b").closeOf("NDX", monday);
  expect([first.price === "1.5", second.price]).toEqual([false, "1.5"]);
});

test("a late close appears when the service's clock says so", async () => {
  await using scratch = await scratchDatabase();
  const availableFrom = Temporal.Instant.from("2026-11-23T21:10:00Z");
  await setSimulatedClose(depsOf(scratch.database), { ...input, mode: "late", availableFrom });
  const oracle = oracleOf(scratch.database);
  await scratch.setClock("2026-11-23T21:09:59Z");
  expect(oracle.closeOf("NDX", monday)).rejects.toMatchObject({ kind: "unavailable" });
  await scratch.setClock("2026-11-23T21:10:00Z");
  expect((await oracle.closeOf("NDX", monday)).date).toBe("2026-11-23");
});

test("the audit log says who set what, and why", async () => {
  await using scratch = await scratchDatabase();
  const deps = depsOf(scratch.database);
  await setSimulatedClose(deps, { ...input, price: "7", mode: "negative" });
  const { items } = await listAudit(deps, { limit: 1 });
  expect(items[0]).toMatchObject({
    action: "simulation.set-close",
    subject: "simulated/NDX/2026-11-23",
    reason: "a rehearsal",
    after: { mode: "negative", price: "7" },
  });
});

test.each(["0", "-1", "1e3", "", "1.", "abc"])("refuses the price %j", async (price) => {
  await using scratch = await scratchDatabase();
  const deps = depsOf(scratch.database);
  expect(await codeOf(setSimulatedClose(deps, { ...input, price }))).toBe("PRICE_INVALID");
  expect((await listAudit(deps, { limit: 1 })).items).toEqual([]);
});

test("wants the instant of a late close, and of no other", async () => {
  await using scratch = await scratchDatabase();
  const deps = depsOf(scratch.database);
  const availableFrom = Temporal.Instant.from("2026-11-23T21:10:00Z");
  for (const wrong of [{ mode: "late" as const }, { mode: "right" as const, availableFrom }]) {
    expect(await codeOf(setSimulatedClose(deps, { ...input, ...wrong }))).toBe("VALIDATION_FAILED");
  }
});

test("a database that is gone makes the source unavailable, nothing worse", async () => {
  const scratch = await scratchDatabase();
  const oracle = oracleOf(scratch.database);
  await scratch[Symbol.asyncDispose]();
  expect(oracle.closeOf("NDX", monday)).rejects.toMatchObject({
    name: "OracleError",
    kind: "unavailable",
  });
});
