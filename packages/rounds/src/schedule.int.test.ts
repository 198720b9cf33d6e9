import { describe, expect, test } from "bun:test";
import { advanceRounds } from "./advance-rounds.ts";
import { currentRounds } from "./current-rounds.ts";
import { listRounds } from "./list-rounds.ts";
import { openRound } from "./open-round.ts";
import { scheduleRounds } from "./schedule-rounds.ts";
import { roundsHarness } from "./testing/index.ts";

describe("scheduling", () => {
  test("starts with the round whose window contains now and reaches two sessions further", async () => {
    await using house = await roundsHarness();
    const advanced = await advanceRounds(house.deps, { by: house.by });
    expect(advanced?.scheduled).toEqual(["20261120", "20261123", "20261124"]);
    expect(advanced?.opened).toEqual(["20261120"]);
    expect(await advanceRounds(house.deps, { by: house.by })).toEqual({
      scheduled: [],
      opened: [],
      locked: [],
      finished: [],
    });
  });

  test("catches up on every session missed, and leaves weekends, holidays and early closes to the calendar", async () => {
    await using house = await roundsHarness();
    const { deps, by, scratch } = house;
    await advanceRounds(deps, { by });
    for (let day = 19; day <= 30; day += 1) {
      house.oracle.script(`2026-11-${day}`, { kind: "right", price: `${100 + day}` });
    }
    await scratch.setClock("2026-11-30T12:00:00Z");
    const advanced = await advanceRounds(deps, { by });
    expect(advanced?.scheduled).toEqual([
      "20261125",
      "20261127",
      "20261130",
      "20261201",
      "20261202",
    ]);
    expect(advanced?.finished).toEqual([
      "20261120",
      "20261123",
      "20261124",
      "20261125",
      "20261127",
    ]);
    const { items } = await listRounds(deps, { limit: 10 });
    const blackFriday = items.find(({ code }) => code === "20261127");
    expect(blackFriday?.lockAt.toString()).toBe("2026-11-27T17:59:59Z");
    expect((await currentRounds(deps, {})).open?.code).toBe("20261130");
  });

  test("of more rounds than one reads at once shows the open one, which takes bets meanwhile", async () => {
    await using house = await roundsHarness();
    const { deps, by, scratch } = house;
    await advanceRounds(deps, { by });
    await scratch.setClock("2027-06-15T14:00:00Z");
    await scheduleRounds(deps);
    expect((await house.bet(await house.user(1n), "UP", 1n)).bet.roundCode).toBe("20270615");
    const { open, opensNextAt, settling } = await currentRounds(deps, {});
    expect(open).toMatchObject({ code: "20270615", betsUp: 1n });
    expect(opensNextAt?.toString()).toBe("2027-06-15T19:59:59Z");
    expect(settling.slice(0, 2).map(({ code }) => code)).toEqual(["20261120", "20261123"]);
  });

  test("leaves out no session before a round that was opened ahead by hand", async () => {
    await using house = await roundsHarness();
    const { deps, by, scratch, oracle } = house;
    await advanceRounds(deps, { by });
    await openRound(deps, { by, code: "20261202" });
    for (let day = 19; day <= 25; day += 1) {
      oracle.script(`2026-11-${day}`, { kind: "right", price: `${100 + day}` });
    }
    await scratch.setClock("2026-11-24T22:00:00Z");
    expect((await advanceRounds(deps, { by }))?.scheduled).toEqual([
      "20261125",
      "20261127",
      "20261130",
    ]);
    expect((await house.bet(await house.user(1n), "UP", 1n)).bet.roundCode).toBe("20261125");
    await scratch.setClock("2026-11-27T12:00:00Z");
    expect((await advanceRounds(deps, { by }))?.scheduled).toEqual(["20261201"]);
    expect((await advanceRounds(deps, { by }))?.scheduled).toEqual([]);
  });

  test("ends where the calendar ends: nothing is assumed", async () => {
    await using house = await roundsHarness();
    const { deps, by, scratch } = house;
    await scratch.setClock("2028-12-29T12:00:00Z");
    expect((await advanceRounds(deps, { by }))?.scheduled).toEqual(["20281229"]);
    await scratch.setClock("2029-03-01T12:00:00Z");
    expect((await advanceRounds(deps, { by }))?.scheduled).toEqual([]);
    expect(await currentRounds(deps, {})).toMatchObject({ open: null, opensNextAt: null });
  });

  test("by several processes at once makes each round once", async () => {
    await using house = await roundsHarness();
    const { deps, by } = house;
    const all = await Promise.all([1, 2, 3, 4].map(() => advanceRounds(deps, { by })));
    expect(all.flatMap((one) => one?.scheduled ?? [])).toEqual([
      "20261120",
      "20261123",
      "20261124",
    ]);
  });
});

test("rounds are listed newest first, page by page, by state", async () => {
  await using house = await roundsHarness();
  const { deps, by } = house;
  await advanceRounds(deps, { by });
  const first = await listRounds(deps, { limit: 2 });
  expect(first.items.map(({ code }) => code)).toEqual(["20261124", "20261123"]);
  const second = await listRounds(deps, { limit: 2, cursor: first.nextCursor ?? "" });
  expect(second.items.map(({ code }) => code)).toEqual(["20261120"]);
  expect(second.nextCursor).toBeNull();
  const open = await listRounds(deps, { limit: 2, state: "OPEN" });
  expect(open.items.map(({ code }) => code)).toEqual(["20261120"]);
  await expect(
    listRounds(deps, { limit: 2, state: "OPEN", cursor: first.nextCursor ?? "" }),
  ).rejects.toMatchObject({ code: "CURSOR_INVALID" });
});
