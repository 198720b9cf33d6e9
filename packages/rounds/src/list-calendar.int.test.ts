import { expect, test } from "bun:test";
import { listCalendar } from "./list-calendar.ts";
import { roundsHarness } from "./testing/index.ts";

test("without an end a calendar is listed for a month, or up to the last day that is known", async () => {
  await using house = await roundsHarness();
  const lastFrom = async (from: string) => {
    const date = Temporal.PlainDate.from(from);
    const days = await listCalendar(house.deps, { exchange: "NASDAQ", from: date });
    return days.at(-1)?.date;
  };
  expect(await lastFrom("2026-11-20")).toBe("2026-12-18");
  expect(await lastFrom("2028-11-29")).toBe("2028-12-29");
  expect(await lastFrom("2028-12-11")).toBe("2028-12-29");
  expect(await lastFrom("2028-12-29")).toBe("2028-12-29");
  await expect(lastFrom("2029-01-02")).rejects.toMatchObject({ code: "BEYOND_CALENDAR" });
});
