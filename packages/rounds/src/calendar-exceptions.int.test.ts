import { describe, expect, test } from "bun:test";
import { byTwo } from "@closebell/database/testing";
import { advanceRounds } from "./advance-rounds.ts";
import { cancelSession, closeSessionAt } from "./calendar-exceptions.ts";
import { currentRounds } from "./current-rounds.ts";
import { getBet } from "./get-bet.ts";
import { getRound } from "./get-round.ts";
import { listCalendar } from "./list-calendar.ts";
import { expectBalancedBooks, roundsHarness, type RoundsHarness } from "./testing/index.ts";

const FRIDAY = Temporal.PlainDate.from("2026-11-20");
const MONDAY = Temporal.PlainDate.from("2026-11-23");
const source = "Equity Trader Alert 2026-99";

const input = ({ by }: RoundsHarness, date: Temporal.PlainDate) => ({
  by: { ...by, reason: "announced" },
  exchange: "NASDAQ",
  date,
  source,
});

describe("a cancelled session", () => {
  test("voids its open round and refunds it; the next round opens at once, measured against the session before", async () => {
    await using house = await roundsHarness();
    const { deps, by } = house;
    await advanceRounds(deps, { by });
    const user = await house.user(100n);
    const { bet } = await house.bet(user, "UP", 40n);
    await byTwo(cancelSession)(deps, input(house, FRIDAY));
    await advanceRounds(deps, { by });
    expect(await getRound(deps, { code: "20261120" })).toMatchObject({
      state: "VOID",
      voidReason: "CANCELLED_SESSION",
    });
    expect(await getBet(deps, { betId: bet.id })).toMatchObject({
      state: "REFUNDED",
      refundReason: "CANCELLED_SESSION",
      payout: 40n,
    });
    expect(await house.available(user)).toBe(100n);
    const { open } = await currentRounds(deps, {});
    expect(open).toMatchObject({ code: "20261123", previousDate: "2026-11-19", state: "OPEN" });
    expect((await house.bet(user, "DOWN", 1n)).bet.roundCode).toBe("20261123");
    await expectBalancedBooks(house);
  });

  test("that is already locked is void too, and no price is asked for", async () => {
    await using house = await roundsHarness();
    const { deps, by } = house;
    await advanceRounds(deps, { by });
    await house.bet(await house.user(100n), "UP", 40n);
    await house.scratch.setClock("2026-11-20T21:00:00Z");
    await advanceRounds(deps, { by });
    await byTwo(cancelSession)(deps, input(house, FRIDAY));
    await house.scratch.setClock("2026-11-20T21:30:00Z");
    await advanceRounds(deps, { by });
    expect(await getRound(deps, { code: "20261120" })).toMatchObject({ state: "VOID" });
    expect(house.oracle.asked).toEqual([]);
    await expectBalancedBooks(house);
  });

  test("before its round opened leaves no hole: the round before it is followed by the one after", async () => {
    await using house = await roundsHarness();
    const { deps, by } = house;
    await advanceRounds(deps, { by });
    await byTwo(cancelSession)(deps, input(house, MONDAY));
    await house.scratch.setClock("2026-11-20T20:59:59Z");
    await advanceRounds(deps, { by });
    const { open } = await currentRounds(deps, {});
    expect(open).toMatchObject({ code: "20261124", previousDate: "2026-11-20" });
    expect((await getRound(deps, { code: "20261123" })).state).toBe("VOID");
  });

  test("that is announced after its round was void for want of a close leaves the next round the session before", async () => {
    await using house = await roundsHarness();
    const { deps, by } = house;
    await advanceRounds(deps, { by });
    house.oracle.script("2026-11-19", { kind: "right", price: "100" });
    await house.scratch.setClock("2026-11-20T21:35:00Z");
    await advanceRounds(deps, { by });
    expect(await getRound(deps, { code: "20261120" })).toMatchObject({
      state: "VOID",
      voidReason: "ORACLE_TIMEOUT",
    });
    await expect(
      byTwo(closeSessionAt)(deps, { ...input(house, FRIDAY), closesAt: "13:00" }),
    ).rejects.toMatchObject({ code: "ROUND_STATE_CONFLICT" });
    await byTwo(cancelSession)(deps, input(house, FRIDAY));
    await house.bet(await house.user(100n), "UP", 40n);
    house.oracle.script("2026-11-23", { kind: "right", price: "101" });
    await house.scratch.setClock("2026-11-23T21:05:00Z");
    await advanceRounds(deps, { by });
    expect(await getRound(deps, { code: "20261123" })).toMatchObject({
      state: "SETTLED",
      outcome: "UP",
      previousDate: "2026-11-19",
    });
    expect((await getRound(deps, { code: "20261120" })).voidReason).toBe("ORACLE_TIMEOUT");
    await expectBalancedBooks(house);
  });

  test("is refused where nobody had won: its close is known, so it took place", async () => {
    await using house = await roundsHarness();
    const { deps, by } = house;
    await advanceRounds(deps, { by });
    await house.bet(await house.user(100n), "DOWN", 40n);
    house.oracle.script("2026-11-19", { kind: "right", price: "100" });
    house.oracle.script("2026-11-20", { kind: "right", price: "101" });
    await house.scratch.setClock("2026-11-20T21:05:00Z");
    await advanceRounds(deps, { by });
    expect(await getRound(deps, { code: "20261120" })).toMatchObject({ voidReason: "NO_WINNERS" });
    await expect(byTwo(cancelSession)(deps, input(house, FRIDAY))).rejects.toMatchObject({
      code: "ROUND_STATE_CONFLICT",
    });
  });

  test("is refused where there is no session, beyond the calendar, or once the outcome is fixed", async () => {
    await using house = await roundsHarness();
    const { deps, by } = house;
    await advanceRounds(deps, { by });
    const thanksgiving = Temporal.PlainDate.from("2026-11-26");
    await expect(byTwo(cancelSession)(deps, input(house, thanksgiving))).rejects.toMatchObject({
      code: "NOT_A_SESSION",
    });
    const beyond = Temporal.PlainDate.from("2031-01-02");
    await expect(byTwo(cancelSession)(deps, input(house, beyond))).rejects.toMatchObject({
      code: "BEYOND_CALENDAR",
    });
    house.oracle.script("2026-11-19", { kind: "right", price: "100" });
    house.oracle.script("2026-11-20", { kind: "right", price: "101" });
    await house.scratch.setClock("2026-11-20T21:05:00Z");
    await advanceRounds(deps, { by });
    await expect(byTwo(cancelSession)(deps, input(house, FRIDAY))).rejects.toMatchObject({
      code: "ROUND_STATE_CONFLICT",
    });
  });
});

describe("an early close", () => {
  test("announced ahead moves lock, close and settlement, and the opening of the next round", async () => {
    await using house = await roundsHarness();
    const { deps, by } = house;
    await advanceRounds(deps, { by });
    await byTwo(closeSessionAt)(deps, { ...input(house, FRIDAY), closesAt: "13:00" });
    const round = await getRound(deps, { code: "20261120" });
    expect([round.lockAt, round.closeAt, round.settlesFrom, round.graceEndsAt].map(String)).toEqual(
      [
        "2026-11-20T17:59:59Z",
        "2026-11-20T18:00:00Z",
        "2026-11-20T18:05:00Z",
        "2026-11-20T18:35:00Z",
      ],
    );
    expect((await currentRounds(deps, {})).opensNextAt?.toString()).toBe("2026-11-20T17:59:59Z");
    const days = await listCalendar(deps, { exchange: "NASDAQ", from: FRIDAY, to: MONDAY });
    expect(days.map(({ date, kind, exception }) => [date, kind, exception])).toEqual([
      ["2026-11-20", "early", true],
      ["2026-11-23", "regular", false],
    ]);
  });

  test("announced late refunds, one by one, the bets taken after the true lock, and settles the rest", async () => {
    await using house = await roundsHarness();
    const { deps, by } = house;
    await advanceRounds(deps, { by });
    const [early, late] = [await house.user(100n), await house.user(1_000n)];
    await house.bet(early, "UP", 100n);
    await house.scratch.setClock("2026-11-20T18:30:00Z");
    const { bet: lateUp } = await house.bet(late, "UP", 600n);
    await house.bet(late, "DOWN", 400n);
    await byTwo(closeSessionAt)(deps, { ...input(house, FRIDAY), closesAt: "13:00" });
    expect((await getRound(deps, { code: "20261120" })).state).toBe("LOCKED");
    await expect(house.bet(early, "UP", 1n, { roundCode: "20261120" })).rejects.toMatchObject({
      code: "ROUND_NOT_OPEN",
    });
    house.oracle.script("2026-11-19", { kind: "right", price: "100" });
    house.oracle.script("2026-11-20", { kind: "right", price: "101" });
    await advanceRounds(deps, { by });
    expect(await getRound(deps, { code: "20261120" })).toMatchObject({
      state: "SETTLED",
      outcome: "UP",
      poolUp: 100n,
      poolDown: 0n,
      fee: 0n,
    });
    expect(await house.available(late)).toBe(1_000n);
    expect(await house.available(early)).toBe(100n);
    expect(await getBet(deps, { betId: lateUp.id })).toMatchObject({
      state: "REFUNDED",
      refundReason: "PAST_POST",
      payout: 600n,
    });
    await expectBalancedBooks(house);
  });

  test("announced after the grace it would have had is waited for as long as any other", async () => {
    await using house = await roundsHarness();
    const { deps, by } = house;
    await advanceRounds(deps, { by });
    await house.bet(await house.user(100n), "UP", 100n);
    await house.scratch.setClock("2026-11-20T18:40:00Z");
    await byTwo(closeSessionAt)(deps, { ...input(house, FRIDAY), closesAt: "13:00" });
    house.oracle.script("2026-11-19", { kind: "right", price: "100" });
    await advanceRounds(deps, { by });
    expect(await getRound(deps, { code: "20261120" })).toMatchObject({ state: "LOCKED" });
    // what is announced of other sessions does not shorten it
    await house.scratch.setClock("2026-11-20T19:00:00Z");
    await byTwo(cancelSession)(deps, input(house, MONDAY));
    const { graceEndsAt } = await getRound(deps, { code: "20261120" });
    expect(graceEndsAt.toString()).toBe("2026-11-20T19:10:00Z");
    house.oracle.script("2026-11-20", { kind: "right", price: "101" });
    await house.scratch.setClock("2026-11-20T19:09:00Z");
    await advanceRounds(deps, { by });
    expect(await getRound(deps, { code: "20261120" })).toMatchObject({
      state: "SETTLED",
      outcome: "UP",
    });
  });

  test("may move earlier, never later, and must be a time of day", async () => {
    await using house = await roundsHarness();
    const { deps, by } = house;
    await advanceRounds(deps, { by });
    for (const closesAt of ["16:00", "17:00", "1pm", "25:00"]) {
      await expect(
        byTwo(closeSessionAt)(deps, { ...input(house, FRIDAY), closesAt }),
      ).rejects.toMatchObject({ code: "CALENDAR_EXCEPTION_INVALID" });
    }
    await byTwo(closeSessionAt)(deps, { ...input(house, FRIDAY), closesAt: "13:00" });
    await expect(
      byTwo(closeSessionAt)(deps, { ...input(house, FRIDAY), closesAt: "14:00" }),
    ).rejects.toMatchObject({ code: "CALENDAR_EXCEPTION_INVALID" });
    expect((await getRound(deps, { code: "20261120" })).lockAt.toString()).toBe(
      "2026-11-20T17:59:59Z",
    );
  });
});
