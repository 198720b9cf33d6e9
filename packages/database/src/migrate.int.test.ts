import { expect, test } from "bun:test";
import { scratchDatabase } from "./testing/index.ts";
import { databaseClock, isSandbox } from "./clock.ts";

test("scratch", async () => {
  await using scratch = await scratchDatabase();
  expect(await isSandbox(scratch.database)).toBe(true);
  expect((await databaseClock(scratch.database).now()).toString()).toBe("2026-11-20T12:00:00Z");
  await scratch.setClock("2026-11-23T15:00:00Z");
  expect((await databaseClock(scratch.database).now()).toString()).toBe("2026-11-23T15:00:00Z");
});
