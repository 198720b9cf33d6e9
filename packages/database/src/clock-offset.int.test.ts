import { expect, test } from "bun:test";
import { DomainError } from "@closebell/context";
import { clockOffset } from "./clock-offset.ts";
import { openDatabase } from "./open-database.ts";
import { errorOf, scratchDatabase } from "./testing/index.ts";

const HOUR = 3_600;
const realNow = () => Temporal.Now.instant().epochMilliseconds / 1000;

test("real time at the database is compared with the host's, whatever a sandbox's clock says", async () => {
  await using scratch = await scratchDatabase();
  await scratch.setClock("2027-11-20T12:00:00Z");
  const offsets = [
    await clockOffset(scratch.database, () => realNow() - HOUR),
    await clockOffset(scratch.database),
    await clockOffset(scratch.database, () => realNow() + HOUR),
  ];
  // to the minute: both clocks are those of this machine
  expect(offsets.map((seconds) => Math.round(seconds / 60) + 0)).toEqual([60, 0, -60]);
});

test("it is the quickest answer that counts", async () => {
  await using scratch = await scratchDatabase();
  // the first way takes an hour by this clock, the second an instant, the third an hour
  const ticks = [0, HOUR, HOUR, HOUR, HOUR, 2 * HOUR];
  const began = realNow() - HOUR;
  const offset = await clockOffset(scratch.database, () => began + (ticks.shift() ?? Number.NaN));
  expect(Math.abs(offset)).toBeLessThan(60);
});

test("where the database is gone there is no answer", async () => {
  const gone = openDatabase({ url: "postgres://u:p@127.0.0.1:1/closebell" });
  const error = await errorOf(clockOffset(gone));
  expect(error instanceof DomainError && error.code).toBe("DATABASE_UNAVAILABLE");
  await gone.close();
});
