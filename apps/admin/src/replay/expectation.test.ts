import { expect, test } from "bun:test";
import { EXCHANGES, previousSession, roundTimes, sessionOn } from "@closebell/calendar";
import { microUsdc } from "@closebell/money";
import { createExpectation } from "./expectation.ts";
import type { PlannedSession } from "./session-plan.ts";

const monday = "2026-11-23";
const session = (previousClose?: string, close?: string): PlannedSession => {
  const on = sessionOn(EXCHANGES.NASDAQ, monday);
  if (on === undefined) throw new Error("no session");
  const offsets = { lockOffsetSeconds: 1, fetchDelayMinutes: 5, graceMinutes: 30 };
  const times = roundTimes(on, previousSession(EXCHANGES.NASDAQ, monday), offsets);
  return { code: "20261123", date: monday, times, previousClose, close };
};

test("purses, fees and totals follow from what was moved, bet and settled", () => {
  const books = createExpectation(100);
  books.move("ann", 1_000n);
  books.move("bob", 500n);
  const place = (n: number, userId: string, side: "UP" | "DOWN", stake: bigint) =>
    books.bet("20261123", {
      id: `00000000-0000-7000-8000-00000000000${n}`,
      userId,
      side,
      stake: microUsdc(stake),
    });
  place(1, "ann", "UP", 300n);
  place(2, "bob", "DOWN", 500n);
  expect([books.available("ann"), books.available("bob"), books.available("cat")]).toEqual([
    700n,
    0n,
    0n,
  ]);
  expect(books.settle(session("1", "2")).outcome).toBe("UP");
  expect(books.available("ann")).toBe(700n + 300n + 495n);
  place(3, "ann", "UP", 95n);
  books.settle(session("2", undefined));
  books.settle(session("2", "2.0"));
  expect(books.totals()).toEqual({
    rounds: 3,
    up: 1,
    down: 1,
    void: 1,
    ties: 1,
    bets: 3,
    staked: 895n,
    paid: 795n,
    fees: 5n,
    refunded: 95n,
  });
  books.move("ann", -95n);
  expect(books.balances()).toEqual(
    new Map([
      ["house/fees", 5n],
      ["user/ann/available", 1_400n],
      ["user/bob/available", 0n],
    ]),
  );
});
