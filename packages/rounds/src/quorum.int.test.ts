import { describe, expect, test } from "bun:test";
import { byTwo } from "@closebell/database/testing";
import { hashEvidence } from "./oracle.ts";
import { getMarket } from "./markets.ts";
import { roundEvidence } from "./round-evidence.ts";
import { settleRound } from "./settle-round.ts";
import {
  expectBalancedBooks,
  sourceScene,
  type ScriptedClose,
  type SourceScene,
} from "./testing/index.ts";

const CODE = "20261120";
const SETTLE = "2026-11-20T21:05:00Z";
const LATE = "2026-11-20T21:34:00Z";
const GRACE_END = "2026-11-20T21:35:00Z";

const UP: ScriptedClose = { kind: "right", price: "101" };
const HIGHER: ScriptedClose = { kind: "right", price: "101.5" };
const DOWN: ScriptedClose = { kind: "right", price: "99" };
const HTML = "<html><body>Down for maintenance</body></html>";

const attemptsOf = (scene: SourceScene) => roundEvidence(scene.deps, { code: CODE });

/** Bad answers of one provider, and what each is recorded as. */
const BAD: readonly (readonly [string, ScriptedClose, string])[] = [
  ["500", { kind: "refused", status: 500, raw: '{"error":"internal"}' }, "unavailable"],
  ["429", { kind: "refused", status: 429, raw: "slow down" }, "unavailable"],
  ["a timeout", { kind: "silent" }, "timeout"],
  ["nothing, though it was told to stop", { kind: "deaf" }, "timeout"],
  ["HTML instead of JSON", { kind: "malformed", raw: HTML }, "malformed"],
  ["yesterday's date", { kind: "wrong-date", price: "100", date: "2026-11-19" }, "wrong-date"],
  ["a price below zero", { kind: "negative", price: "101" }, "not-positive"],
  ["nothing, being kept back", { kind: "not-asked" }, "not-asked"],
  ["an error of its own", { kind: "broken" }, "unavailable"],
];

describe("one provider that answers", () => {
  for (const [name, close, failure] of BAD) {
    test(`${name} does not keep the median of the others from settling the round`, async () => {
      await using scene = await sourceScene(
        { a: UP, bad: close, b: HIGHER },
        { sourceRule: "median" },
      );
      const round = await scene.advanceAt(SETTLE);
      expect(round).toMatchObject({
        state: "SETTLED",
        outcome: "UP",
        priceSource: "a",
        previousClose: "100",
        close: "101",
      });
      const attempts = await attemptsOf(scene);
      expect(attempts.map((attempt) => [attempt.source, attempt.failure])).toEqual([
        ["a", null],
        ["bad", failure],
        ["b", null],
      ]);
      await expectBalancedBooks(scene.house);
    });

    test(`${name} is no price where all must agree: the round waits, and takes the first that do`, async () => {
      await using scene = await sourceScene({ a: UP, bad: close }, { sourceRule: "all-agree" });
      expect(await scene.advanceAt(SETTLE)).toMatchObject({ state: "LOCKED", heldReason: null });
      expect((await attemptsOf(scene)).map((attempt) => attempt.failure)).toEqual([
        "no-quorum",
        failure,
      ]);
      scene.source("bad").script("2026-11-20", UP);
      expect(await scene.advanceAt(LATE)).toMatchObject({ state: "SETTLED", outcome: "UP" });
    });
  }

  test("an adjusted price disagrees where all must agree, and is outvoted by the median", async () => {
    // a split of two for one, in one close and not in the other
    const adjusted: readonly [ScriptedClose, ScriptedClose] = [
      { kind: "right", price: "50" },
      { kind: "right", price: "101" },
    ];
    const scripts = { adjusted, a: DOWN, b: DOWN };
    await using strict = await sourceScene(scripts, { sourceRule: "all-agree", toleranceBps: 100 });
    expect((await strict.advanceAt(SETTLE)).state).toBe("LOCKED");
    const attempts = await attemptsOf(strict);
    expect(attempts.map(({ failure }) => failure)).toEqual(Array(3).fill("disagreeing"));
    expect(attempts[0]?.detail).toBe("adjusted: 50, 101; a: 100, 99; b: 100, 99");
    await using most = await sourceScene(scripts, { sourceRule: "median" });
    expect(await most.advanceAt(SETTLE)).toMatchObject({
      state: "SETTLED",
      outcome: "DOWN",
      heldReason: null,
    });
  });
});

describe("all that agree within a tolerance", () => {
  const scripts = { a: UP, b: { kind: "disagreeing", price: "101.00" } } as const;

  test("settle the round on the closes of the first", async () => {
    await using scene = await sourceScene(scripts, { sourceRule: "all-agree", toleranceBps: 1 });
    const round = await scene.advanceAt(SETTLE);
    expect(round).toMatchObject({ outcome: "UP", priceSource: "a", close: "101" });
    expect(round.rules.toleranceBps).toBe(1);
    const details = (await attemptsOf(scene)).map(({ detail }) => detail);
    expect(details).toEqual(["both closes are valid", "both closes are valid; a decides"]);
  });

  test("don't where the market has none", async () => {
    await using scene = await sourceScene(scripts, { sourceRule: "all-agree" });
    expect((await scene.advanceAt(SETTLE)).state).toBe("LOCKED");
  });
});

describe("the median", () => {
  test("takes both closes from the source in the middle", async () => {
    const inPoints: readonly [ScriptedClose, ScriptedClose] = [
      { kind: "right", price: "25000" },
      { kind: "right", price: "25100" },
    ];
    await using scene = await sourceScene(
      { a: HIGHER, points: inPoints, b: DOWN },
      { sourceRule: "median" },
    );
    expect(await scene.advanceAt(SETTLE)).toMatchObject({
      outcome: "UP",
      priceSource: "points",
      previousClose: "25000",
      close: "25100",
    });
  });

  test("waits where two that answer are on different sides, and for most to answer", async () => {
    await using scene = await sourceScene(
      { a: UP, b: DOWN, c: { kind: "unavailable" } },
      { sourceRule: "median" },
    );
    expect((await scene.advanceAt(SETTLE)).state).toBe("LOCKED");
    expect((await attemptsOf(scene)).map(({ failure }) => failure)).toEqual([
      "disagreeing",
      "disagreeing",
      "unavailable",
    ]);
    scene.source("b").script("2026-11-20", { kind: "unavailable" });
    expect((await scene.advanceAt("2026-11-20T21:10:00Z")).state).toBe("LOCKED");
    scene.source("c").script("2026-11-20", DOWN);
    scene.source("b").script("2026-11-20", DOWN);
    expect(await scene.advanceAt(LATE)).toMatchObject({ state: "SETTLED", outcome: "DOWN" });
  });

  test("holds the round where the source in the middle moved above the guard", async () => {
    const wild: ScriptedClose = { kind: "right", price: "131" };
    await using scene = await sourceScene(
      { a: UP, b: wild, c: { kind: "right", price: "132" } },
      { sourceRule: "median" },
    );
    expect(await scene.advanceAt(SETTLE)).toMatchObject({ state: "LOCKED", heldReason: "GUARD" });
    const by = { ...scene.house.by, reason: "halted and reopened, seen on the exchange's page" };
    const round = await byTwo(settleRound)(scene.deps, { by, code: CODE, result: "UP" });
    expect(round).toMatchObject({ outcome: "UP", priceSource: null, close: null });
  });
});

describe("when the grace ends", () => {
  const silent: ScriptedClose = { kind: "unavailable" };

  for (const sourceRule of ["first", "all-agree", "median"] as const) {
    test(`and all providers were silent (${sourceRule}), the round is void, and every stake comes back`, async () => {
      await using scene = await sourceScene(
        { a: silent, b: { kind: "silent" }, c: { kind: "malformed", raw: HTML } },
        { sourceRule },
      );
      expect((await scene.advanceAt(SETTLE)).state).toBe("LOCKED");
      expect((await scene.advanceAt(LATE)).state).toBe("LOCKED");
      expect(await scene.advanceAt(GRACE_END)).toMatchObject({
        state: "VOID",
        voidReason: "ORACLE_TIMEOUT",
        fee: 0n,
        priceSource: null,
      });
      expect(await attemptsOf(scene)).toHaveLength(9);
      await expectBalancedBooks(scene.house);
    });

    test(`and our scheduler was down all along (${sourceRule}), the sources are asked first: no void`, async () => {
      await using scene = await sourceScene({ a: DOWN, b: DOWN }, { sourceRule });
      expect(await scene.advanceAt("2026-11-21T03:00:00Z")).toMatchObject({
        state: "SETTLED",
        outcome: "DOWN",
      });
    });
  }

  test("a source that answers alone where all must agree does not keep the round waiting for ever", async () => {
    await using scene = await sourceScene({ a: UP, b: silent }, { sourceRule: "all-agree" });
    expect((await scene.advanceAt(LATE)).state).toBe("LOCKED");
    expect(await scene.advanceAt(GRACE_END)).toMatchObject({ voidReason: "ORACLE_TIMEOUT" });
  });

  test("sources that disagree hold the round where its market says so", async () => {
    await using scene = await sourceScene(
      { a: UP, b: DOWN },
      { sourceRule: "all-agree", onGraceEnd: "hold" },
    );
    expect(await scene.advanceAt(GRACE_END)).toMatchObject({
      state: "LOCKED",
      heldReason: "GRACE_ENDED",
    });
  });

  test("a source that we kept from being asked has not failed: the round waits until it was", async () => {
    await using scene = await sourceScene({ a: silent, b: { kind: "not-asked" } });
    expect((await scene.advanceAt(GRACE_END)).state).toBe("LOCKED");
    expect((await scene.advanceAt("2026-11-20T21:36:00Z")).state).toBe("LOCKED");
    scene.source("b").script("2026-11-20", silent);
    expect((await scene.advanceAt("2026-11-20T21:37:00Z")).state).toBe("VOID");
  });

  test("a source that is not configured has not failed either: that is our own outage", async () => {
    await using scene = await sourceScene({ a: silent }, { sources: ["a", "forgotten"] });
    expect((await scene.advanceAt(GRACE_END)).state).toBe("LOCKED");
    expect((await attemptsOf(scene)).at(-1)).toMatchObject({ failure: "unknown-source" });
    const { deps } = scene;
    const oracles = { ...deps.oracles, forgotten: scene.source("a") };
    const by = { ...scene.house.by, reason: "configured again" };
    await scene.house.scratch.setClock("2026-11-20T21:40:00Z");
    scene.source("a").script("2026-11-20", UP);
    const settled = await byTwo(settleRound)(
      { ...deps, oracles },
      { by, code: CODE, result: "AUTO" },
    );
    expect(settled).toMatchObject({ state: "SETTLED", outcome: "UP" });
  });
});

describe("evidence", () => {
  test("has of every question what was sent, what came, its hash and when, whether it failed or not", async () => {
    await using scene = await sourceScene(
      {
        "in-points": UP,
        bad: { kind: "refused", status: 429, raw: "slow down" },
      },
      { sourceRule: "all-agree", sources: ["in-points:I:NDX", "bad"] },
    );
    await scene.advanceAt(SETTLE);
    const [good, bad] = await attemptsOf(scene);
    const raw = '{"date":"2026-11-20","close":"101"}';
    expect(good).toMatchObject({ source: "in-points", previousClose: "100", close: "101" });
    expect(good?.answers).toMatchObject([
      { asked: "2026-11-19", symbol: "I:NDX", failure: null },
      {
        asked: "2026-11-20",
        symbol: "I:NDX",
        request: { method: "GET", url: "https://in-points.example/closes/I%3ANDX/2026-11-20" },
        raw,
        hash: hashEvidence(raw),
        beganAt: SETTLE,
        endedAt: SETTLE,
        price: "101",
        asOf: "2026-11-20T21:00:00Z",
      },
    ]);
    expect(bad?.answers).toMatchObject([
      { asked: "2026-11-19", symbol: "NDX", price: "100" },
      {
        asked: "2026-11-20",
        request: { method: "GET", url: "https://bad.example/closes/NDX/2026-11-20" },
        raw: "slow down",
        hash: hashEvidence("slow down"),
        failure: "unavailable",
        price: null,
      },
    ]);
  });

  test("survives what PostgreSQL can't store, and holds nothing an adapter blurted out", async () => {
    await using scene = await sourceScene(
      {
        odd: { kind: "malformed", raw: "\0<html>\ud800" },
        broken: { kind: "broken" },
        long: { kind: "malformed", raw: "x".repeat(1_000_000) },
      },
      { sourceRule: "median" },
    );
    expect((await scene.advanceAt(SETTLE)).state).toBe("LOCKED");
    const attempts = await attemptsOf(scene);
    expect(attempts).toHaveLength(3);
    const kept = JSON.stringify(attempts.map(({ answers, detail }) => ({ answers, detail })));
    expect(kept).toContain("rawBase64");
    expect(kept).not.toContain("secret");
    expect(kept.length).toBeLessThan(20_000);
  });
});

test("only a market's own rules, as they are when a round is scheduled, are a round's", async () => {
  await using scene = await sourceScene({ a: UP }, { sourceRule: "median", toleranceBps: 7 });
  const market = await getMarket(scene.deps, {});
  expect(market).toMatchObject({ sourceRule: "median", toleranceBps: 7, auditSources: [] });
  const { owner } = scene.house.scratch;
  const change = owner.sql`update rounds.round set tolerance_bps = 8`;
  expect(change.then(() => "changed")).rejects.toMatchObject({
    constraint_name: "round_rules_frozen",
  });
  for (const sources of ["{a,a:X}", "{A}", "{'a b'}", "{a:}", "{}"]) {
    const odd = owner.sql`update rounds.market set sources = ${sources}::text[]`;
    expect(odd.then(() => "changed")).rejects.toMatchObject({ code: "23514" });
  }
});
