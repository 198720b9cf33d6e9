import { expect, test } from "bun:test";
import { beat, readHeartbeats } from "./heartbeat.ts";
import { scratchDatabase } from "./testing/index.ts";

test("what never gave a sign of life is not listed", async () => {
  await using scratch = await scratchDatabase();
  expect(await readHeartbeats(scratch.database)).toEqual([]);
});

test("a beat is told in real time, also where the sandbox's clock stands", async () => {
  await using scratch = await scratchDatabase();
  await beat(scratch.database, "scheduler");
  const [first] = await readHeartbeats(scratch.database);
  expect(first?.name).toBe("scheduler");
  expect(first?.ageSeconds).toBeGreaterThanOrEqual(0);
  expect(first?.ageSeconds).toBeLessThan(10);
  await Bun.sleep(60);
  const [later] = await readHeartbeats(scratch.database);
  expect(later?.ageSeconds).toBeGreaterThan(0.05);
});

test("a second beat replaces the first", async () => {
  await using scratch = await scratchDatabase();
  await beat(scratch.database, "scheduler");
  const [first] = await readHeartbeats(scratch.database);
  await Bun.sleep(60);
  await beat(scratch.database, "scheduler");
  const beats = await readHeartbeats(scratch.database);
  expect(beats).toHaveLength(1);
  expect(beats[0]?.at.epochMilliseconds).toBeGreaterThan(first?.at.epochMilliseconds ?? 0);
});
