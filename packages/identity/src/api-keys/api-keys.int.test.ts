import { expect, test } from "bun:test";
import { randomIds } from "@closebell/context";
import { memoryEvents, silentLogger } from "@closebell/context/testing";
import { scratchDatabase } from "@closebell/database/testing";
import { playerWith, staffWith } from "../testing/index.ts";

test("smoke", async () => {
  await using scratch = await scratchDatabase();
  const deps = { database: scratch.database, events: memoryEvents(), ids: randomIds, log: silentLogger };
  console.log(await staffWith(deps), await playerWith(deps));
  expect(1).toBe(1);
});
