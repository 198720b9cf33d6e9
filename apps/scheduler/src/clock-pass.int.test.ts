import { expect, test } from "bun:test";
import { type Logger, randomIds, SYSTEM_ACTORS } from "@closebell/context";
import { scratchDatabase } from "@closebell/database/testing";
import { clockPass } from "./clock-pass.ts";

const by = { actor: SYSTEM_ACTORS.scheduler, requestId: randomIds.uuid() };

test("clocks that agree are not spoken of, whatever a sandbox's says; those apart are", async () => {
  await using scratch = await scratchDatabase();
  const said: string[] = [];
  const say = (_: object, message: string) => void said.push(message);
  const log: Logger = { debug: say, info: say, warn: say, error: say };
  await scratch.setClock("2027-11-20T12:00:00Z");
  await clockPass(scratch).work(by, log);
  expect(said).toEqual([]);
  const slow = () => Temporal.Now.instant().epochMilliseconds / 1000 - 86_400;
  await clockPass(scratch, slow).work(by, log);
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(/^PostgreSQL's clock is 86\d{3} s ahead of this host's: see docs/);
});
