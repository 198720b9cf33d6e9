import { expect, test } from "bun:test";
import { differencesOf, totalsOf } from "./compare-books.ts";

const totals = totalsOf({
  rounds: 3n,
  up: 1n,
  down: 1n,
  voided: 1n,
  ties: 1n,
  bets: 3n,
  stakedMicroUsdc: 895n,
  paidMicroUsdc: 795n,
  feesMicroUsdc: 5n,
  refundedMicroUsdc: 95n,
});
const balances = new Map([
  ["house/fees", 5n],
  ["user/a/available", 10n],
]);

test("equal books have no differences", () => {
  expect(totals).toMatchObject({ rounds: 3, void: 1, paid: 795n });
  expect(differencesOf({ totals, balances }, { totals, balances: new Map(balances) })).toEqual([]);
});

test("a wrong total, a wrong balance and a missing account are each told", () => {
  const found = {
    totals: { ...totals, up: 2 },
    balances: new Map([["user/a/available", 9n]]),
  };
  expect(differencesOf({ totals, balances }, found)).toEqual([
    "up is 2, expected 1",
    "house/fees is missing, expected 5",
    "user/a/available is 9, expected 10",
  ]);
});
