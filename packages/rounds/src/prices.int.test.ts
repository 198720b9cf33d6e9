import { describe, expect, test } from "bun:test";
import { databaseClock } from "@closebell/database";
import { byTwo } from "@closebell/database/testing";
import { advanceRounds } from "./advance-rounds.ts";
import { getRound } from "./get-round.ts";
import { holdRound, releaseRound } from "./hold-round.ts";
import { roundEvidence } from "./round-evidence.ts";
import { settleRound } from "./settle-round.ts";
import {
  expectBalancedBooks,
  roundsHarness,
  scriptedOracle,
  type RoundsHarness,
  type ScriptedClose,
} from "./testing/index.ts";

const CODE = "20261120";
const SETTLE = "2026-11-20T21:05:00Z";
const IN_GRACE = "2026-11-20T21:20:00Z";
const GRACE_END = "2026-11-20T21:35:00Z";

/** A locked round with a bet on each side, at the time when prices may be asked for. */
const lockedRound = async (
  close: ScriptedClose | undefined,
  settings: Parameters<typeof roundsHarness>[0] = {},
): Promise<RoundsHarness> => {
  const house = await roundsHarness(settings);
  await advanceRounds(house.deps, { by: house.by });
  await house.bet(await house.user(100n), "UP", 100n);
  await house.bet(await house.user(100n), "DOWN", 100n);
  house.oracle.script("2026-11-19", { kind: "right", price: "100" });
  if (close !== undefined) house.oracle.script("2026-11-20", close);
  await house.scratch.setClock("2026-11-20T21:04:59Z");
  return house;
};

const advanceAt = async (house: RoundsHarness, instant: string) => {
  await house.scratch.setClock(instant);
  await advanceRounds(house.deps, { by: house.by });
  return getRound(house.deps, { code: CODE });
};

describe("prices", () => {
  test("are not asked for before the close has had its delay", async () => {
    await using house = await lockedRound({ kind: "right", price: "101" });
    await advanceRounds(house.deps, { by: house.by });
    expect(house.oracle.asked).toEqual([]);
    expect((await advanceAt(house, SETTLE)).state).toBe("SETTLED");
    expect(house.oracle.asked.map(({ date }) => date)).toEqual(["2026-11-19", "2026-11-20"]);
  });

  const invalid: readonly (readonly [string, ScriptedClose, string])[] = [
    ["of another date", { kind: "wrong-date", price: "101", date: "2026-11-19" }, "wrong-date"],
    ["below zero", { kind: "negative", price: "101" }, "not-positive"],
    ["that can't be read", { kind: "malformed", raw: "<html>" }, "malformed"],
    ["from a source that is away", { kind: "unavailable" }, "unavailable"],
  ];
  for (const [name, close, failure] of invalid) {
    test(`${name} are no valid prices: the round waits, and is void once the grace has ended`, async () => {
      await using house = await lockedRound(close);
      expect((await advanceAt(house, SETTLE)).state).toBe("LOCKED");
      expect((await roundEvidence(house.deps, { code: CODE })).at(-1)).toMatchObject({ failure });
      expect((await advanceAt(house, IN_GRACE)).state).toBe("LOCKED");
      expect(await advanceAt(house, GRACE_END)).toMatchObject({
        state: "VOID",
        voidReason: "ORACLE_TIMEOUT",
        fee: 0n,
      });
      await expectBalancedBooks(house);
    });
  }

  test("that come late, but within the grace, settle the round", async () => {
    const from = Temporal.Instant.from(IN_GRACE);
    await using house = await lockedRound({ kind: "late", price: "101", from });
    expect((await advanceAt(house, SETTLE)).state).toBe("LOCKED");
    expect(await advanceAt(house, IN_GRACE)).toMatchObject({ state: "SETTLED", outcome: "UP" });
  });

  test("are still asked for after our own outage over the whole grace: it never voids a round", async () => {
    await using house = await lockedRound({ kind: "right", price: "99" });
    expect(await advanceAt(house, "2026-11-20T22:00:00Z")).toMatchObject({
      state: "SETTLED",
      outcome: "DOWN",
    });
  });

  test("that fail only before the grace ended void nothing until every source failed after it", async () => {
    await using house = await lockedRound({ kind: "unavailable" });
    await advanceAt(house, "2026-11-20T21:34:00Z");
    house.oracle.script("2026-11-20", { kind: "right", price: "101" });
    expect((await advanceAt(house, GRACE_END)).state).toBe("SETTLED");
  });

  test("that never come hold the round where its market says so", async () => {
    await using house = await lockedRound({ kind: "unavailable" }, { onGraceEnd: "hold" });
    expect(await advanceAt(house, GRACE_END)).toMatchObject({
      state: "LOCKED",
      heldReason: "GRACE_ENDED",
    });
    const by = { ...house.by, reason: "the exchange's own page says so" };
    expect(await byTwo(settleRound)(house.deps, { by, code: CODE, result: "UP" })).toMatchObject({
      state: "SETTLED",
      outcome: "UP",
      heldReason: null,
    });
    await expectBalancedBooks(house);
  });

  test("above the guard hold the round for an operator; exactly at the guard they settle it", async () => {
    await using wild = await lockedRound({ kind: "right", price: "130.01" });
    expect(await advanceAt(wild, SETTLE)).toMatchObject({ state: "LOCKED", heldReason: "GUARD" });
    expect(await advanceAt(wild, "2026-11-20T23:00:00Z")).toMatchObject({ state: "LOCKED" });
    await using steep = await lockedRound({ kind: "right", price: "130" });
    expect(await advanceAt(steep, SETTLE)).toMatchObject({ state: "SETTLED", outcome: "UP" });
  });

  test("are kept as evidence, word for word, with their hash", async () => {
    await using house = await lockedRound({ kind: "right", price: "101" });
    await advanceAt(house, SETTLE);
    const [attempt] = await roundEvidence(house.deps, { code: CODE });
    expect(attempt).toMatchObject({
      source: "scripted",
      failure: null,
      close: "101",
      previousClose: "100",
    });
    expect(JSON.stringify(attempt?.answers)).toContain('"hash"');
  });
});

describe("two sources that must agree", () => {
  const settings = { sources: ["scripted", "second"], sourceRule: "all-agree" } as const;

  const withSecond = async (house: RoundsHarness, close: ScriptedClose | undefined) => {
    const second = scriptedOracle({ clock: databaseClock(house.deps.database), name: "second" });
    second.script("2026-11-19", { kind: "right", price: "100.0" });
    if (close !== undefined) second.script("2026-11-20", close);
    const deps = { ...house.deps, oracles: { scripted: house.oracle, second } };
    await house.scratch.setClock(SETTLE);
    await advanceRounds(deps, { by: house.by });
    return { deps, round: await getRound(deps, { code: CODE }) };
  };

  test("and do, settle the round", async () => {
    await using house = await lockedRound({ kind: "right", price: "101" }, settings);
    const { round } = await withSecond(house, { kind: "right", price: "101.00" });
    expect(round.state).toBe("SETTLED");
  });

  test("and don't, are no valid price", async () => {
    await using house = await lockedRound({ kind: "right", price: "101" }, settings);
    const { round, deps } = await withSecond(house, { kind: "disagreeing", price: "101" });
    expect(round.state).toBe("LOCKED");
    const attempts = await roundEvidence(deps, { code: CODE });
    expect(attempts.map(({ failure }) => failure)).toEqual(["disagreeing", "disagreeing"]);
  });

  test("and of which one is silent, are no valid price", async () => {
    await using house = await lockedRound({ kind: "right", price: "101" }, settings);
    expect((await withSecond(house, undefined)).round.state).toBe("LOCKED");
  });
});

test("the first source that answers settles where the rule is first", async () => {
  await using house = await lockedRound(
    { kind: "unavailable" },
    { sources: ["scripted", "second"] },
  );
  const second = scriptedOracle({ clock: databaseClock(house.deps.database), name: "second" });
  second.script("2026-11-19", { kind: "right", price: "50" });
  second.script("2026-11-20", { kind: "right", price: "49" });
  await house.scratch.setClock(SETTLE);
  const deps = { ...house.deps, oracles: { scripted: house.oracle, second } };
  await advanceRounds(deps, { by: house.by });
  expect(await getRound(deps, { code: CODE })).toMatchObject({ state: "SETTLED", outcome: "DOWN" });
});

test("a held round is left alone until it is released", async () => {
  await using house = await lockedRound({ kind: "right", price: "101" });
  const by = { ...house.by, reason: "a complaint" };
  await holdRound(house.deps, { by, code: CODE });
  expect(await advanceAt(house, SETTLE)).toMatchObject({ state: "LOCKED", heldReason: "OPERATOR" });
  await releaseRound(house.deps, { by, code: CODE });
  expect(await advanceAt(house, IN_GRACE)).toMatchObject({ state: "SETTLED", heldReason: null });
});
