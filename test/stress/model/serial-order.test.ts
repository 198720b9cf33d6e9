import { describe, expect, test } from "bun:test";
import type { Answer, Answered, Operation } from "./operations.ts";
import { atRest, findSerialOrder } from "./serial-order.ts";

const CLOSES = ["up", "down"] as const;

const done: Answer = { ok: true };
const refused = (code: string): Answer => ({ ok: false, code, detail: "" });
const bet = (stake: number, key: string, side: "UP" | "DOWN" = "UP", user = 0): Operation => ({
  kind: "bet",
  user,
  side,
  stake,
  key,
  round: "20261120",
});
const idOf = (n: number): string => `00000000-0000-7000-8000-${String(n).padStart(12, "0")}`;
const accepted = (n: number): Answer => ({ ok: true, id: idOf(n), round: "20261120" });
const replayed = (n: number): Answer => ({
  ok: true,
  id: idOf(n),
  round: "20261120",
  replayed: true,
});

type Line = readonly [began: number, ended: number, operation: Operation, answer: Answer];

const verdictOf = (...lines: readonly Line[]) => {
  const history = lines.map(([began, ended, operation, answer]): Answered => ({
    process: 0,
    operation,
    answer,
    began,
    ended,
  }));
  return findSerialOrder(history, CLOSES);
};

const explains = (...lines: readonly Line[]): boolean => verdictOf(...lines).ok;

const clock = (moment: number): Operation => ({ kind: "clock", moment });
const settle = (result: "UP" | "DOWN" | "VOID" | "AUTO"): Operation => ({
  kind: "settle",
  round: "20261120",
  result,
});
const lock: Operation = { kind: "lock", round: "20261120" };

describe("an order is found", () => {
  test("for a bet that overlaps a lock, whichever of them came first", () => {
    expect(explains([0, 10, bet(10, "a"), accepted(1)], [1, 9, lock, done])).toBe(true);
    expect(explains([0, 10, bet(10, "a"), refused("ROUND_NOT_OPEN")], [1, 9, lock, done])).toBe(
      true,
    );
  });

  test("for money that comes back while its user bets it again", () => {
    const withdraw: Operation = { kind: "withdraw", user: 0, amount: 300, key: "w", fails: true };
    const lines: readonly Line[] = [
      [0, 1, withdraw, done],
      [2, 9, { kind: "chain" }, done],
      [3, 8, bet(10, "a"), accepted(1)],
    ];
    expect(explains(...lines)).toBe(true);
    expect(explains(...lines.toSpliced(1, 1))).toBe(false);
  });

  test("for a payout that may or may not have come yet", () => {
    const lines: readonly Line[] = [
      [0, 1, bet(150, "a"), accepted(1)],
      [2, 3, { kind: "withdraw", user: 0, amount: 150, key: "w", fails: false }, done],
      [4, 5, lock, done],
      [6, 20, settle("VOID"), done],
    ];
    const next: Operation = {
      kind: "withdraw",
      user: 0,
      amount: 80,
      key: "x",
      fails: false,
    };
    expect(explains(...lines, [7, 8, next, done])).toBe(true);
    expect(explains(...lines, [7, 8, next, refused("INSUFFICIENT_FUNDS")])).toBe(true);
    expect(explains(...lines, [3.1, 3.2, next, done])).toBe(false);
  });

  test("and tells the world it ends in", () => {
    const verdict = verdictOf(
      [0, 1, bet(100, "a", "UP"), accepted(1)],
      [2, 3, bet(100, "b", "DOWN", 1), accepted(2)],
      [4, 5, clock(2), done],
      [6, 7, { kind: "advance" }, done],
    );
    if (!verdict.ok) throw new Error("no order");
    const ends = verdict.worlds.map((world) => atRest(world, CLOSES).available);
    expect(new Set(ends.map(String))).toEqual(new Set(["399,200,300,300"]));
  });
});

describe("no order is found", () => {
  const wrong: readonly (readonly [string, ...Line[]])[] = [
    ["for a bet after the lock", [0, 1, lock, done], [2, 3, bet(10, "a"), accepted(1)]],
    [
      "for a bet after the lock's moment",
      [0, 1, clock(1), done],
      [2, 3, bet(10, "a"), accepted(1)],
    ],
    [
      "for a bet refused by a lock to come",
      [0, 1, bet(10, "a"), refused("ROUND_NOT_OPEN")],
      [2, 3, lock, done],
    ],
    [
      "for a bet on a paused round",
      [0, 1, { kind: "pause", round: "20261120" }, done],
      [2, 3, bet(10, "a"), accepted(1)],
    ],
    [
      "for one bet taken twice",
      [0, 9, bet(10, "a"), accepted(1)],
      [1, 8, bet(10, "a"), accepted(2)],
    ],
    [
      "for a key that answers with another bet",
      [0, 1, bet(10, "a"), accepted(1)],
      [2, 3, bet(20, "a"), replayed(1)],
    ],
    ["for a replay of what never was", [0, 1, bet(10, "a"), replayed(1)]],
    [
      "for a replay that came before its bet",
      [0, 1, bet(10, "a"), replayed(1)],
      [2, 3, bet(10, "a"), accepted(1)],
    ],
    [
      "for a key called reused that was not",
      [0, 1, bet(10, "a"), accepted(1)],
      [2, 3, bet(10, "a"), refused("IDEMPOTENCY_KEY_REUSED")],
    ],
    [
      "for more than the maximum",
      [0, 9, bet(100, "a"), accepted(1)],
      [0, 9, bet(100, "b"), accepted(2)],
    ],
    [
      "for money spent twice",
      [0, 9, bet(150, "a"), accepted(1)],
      [0, 9, { kind: "withdraw", user: 0, amount: 200, key: "w", fails: false }, done],
    ],
    ["for a refusal of money that was there", [0, 1, bet(150, "a"), refused("INSUFFICIENT_FUNDS")]],
    [
      "for two outcomes",
      [0, 1, lock, done],
      [2, 9, settle("UP"), done],
      [2, 9, settle("VOID"), done],
    ],
    ["for a settlement before the lock", [0, 1, settle("UP"), done]],
    [
      "for a deposit credited twice",
      [0, 9, { kind: "deposit", user: 0, amount: 5, tx: "t" }, done],
      [0, 9, { kind: "deposit", user: 0, amount: 5, tx: "t" }, done],
    ],
    ["for a clock that went back", [0, 1, clock(2), done], [2, 3, clock(1), done]],
    ["for books that don't balance", [0, 1, { kind: "audit" }, refused("BOOKS")]],
    ["for anything not foreseen", [0, 1, { kind: "advance" }, refused("NOT_FORESEEN")]],
  ];
  for (const [name, ...lines] of wrong) {
    test(name, () => {
      expect(explains(...lines)).toBe(false);
    });
  }

  test("for a payout that comes twice", () => {
    const lines: readonly Line[] = [
      [0, 1, bet(150, "a"), accepted(1)],
      [2, 3, lock, done],
      [4, 5, settle("VOID"), done],
      [6, 7, { kind: "advance" }, done],
      [8, 9, { kind: "withdraw", user: 0, amount: 300, key: "w", fails: false }, done],
    ];
    expect(explains(...lines)).toBe(true);
    const more: Operation = { kind: "withdraw", user: 0, amount: 150, key: "x", fails: false };
    expect(explains(...lines, [10, 11, more, done])).toBe(false);
  });
});
