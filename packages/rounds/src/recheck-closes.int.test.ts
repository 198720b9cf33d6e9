import { describe, expect, test } from "bun:test";
import type { Logger } from "@closebell/context";
import { byTwo } from "@closebell/database/testing";
import { advanceRounds } from "./advance-rounds.ts";
import { closeChecks } from "./close-checks.ts";
import { getRound } from "./get-round.ts";
import { recheckCloses } from "./recheck-closes.ts";
import { recheckRound } from "./recheck-round.ts";
import { setMarketSources } from "./set-market-sources.ts";
import { roundStatistics } from "./round-statistics.ts";
import { settleRound } from "./settle-round.ts";
import {
  expectBalancedBooks,
  sourceScene,
  type ScriptedClose,
  type SourceScene,
} from "./testing/index.ts";

const CODE = "20261120";
const MONDAY = "20261123";
const SETTLE = "2026-11-20T21:05:00Z";
const FINAL = "2026-11-20T22:15:00Z";
const at = (instant: string) => Temporal.Instant.from(instant);

const UP: ScriptedClose = { kind: "right", price: "101" };

const recorder = () => {
  const errors: object[] = [];
  const quiet = () => undefined;
  const log: Logger = {
    debug: quiet,
    info: quiet,
    warn: quiet,
    error: (fields) => void errors.push(fields),
  };
  return { errors, log };
};

const recheckAt = async (scene: SourceScene, instant: string) => {
  await scene.house.scratch.setClock(instant);
  return recheckCloses(scene.deps);
};
const checksOf = (scene: SourceScene, code = CODE) => closeChecks(scene.deps, { code });

describe("closes of a settled round", () => {
  test("are read again once they are final, each source once", async () => {
    await using scene = await sourceScene({ a: UP, b: UP }, { sourceRule: "median" });
    await scene.advanceAt(SETTLE);
    const nothing = { asked: 0, failed: 0, differing: 0 };
    expect(await recheckAt(scene, "2026-11-20T22:14:59Z")).toEqual(nothing);
    expect(await recheckAt(scene, FINAL)).toEqual({ asked: 2, failed: 0, differing: 0 });
    expect(await recheckAt(scene, "2026-11-20T23:59:00Z")).toEqual(nothing);
    const checks = await checksOf(scene);
    expect(checks.map(({ source, kind, differs }) => [source, kind, differs])).toEqual([
      ["a", "reread", false],
      ["b", "reread", false],
    ]);
    expect(checks[0]).toMatchObject({
      storedPreviousClose: "100",
      storedClose: "101",
      previousClose: "100",
      close: "101",
      failure: null,
      beganAt: at(FINAL),
    });
    expect(JSON.stringify(checks[0]?.answers)).toContain("https://a.example/closes/NDX/2026-11-20");
  });

  test("that were corrected between two reads are told to people, and change nothing", async () => {
    const corrected = { kind: "corrected", price: "101", later: "99.5", from: at(FINAL) } as const;
    await using scene = await sourceScene({ a: corrected });
    const { errors, log } = recorder();
    const before = await scene.advanceAt(SETTLE);
    await scene.house.scratch.setClock(FINAL);
    expect(await recheckCloses({ ...scene.deps, log })).toMatchObject({ asked: 1, differing: 1 });
    expect(errors).toEqual([
      {
        market: "NDX",
        round: CODE,
        kind: "reread",
        source: "a",
        detail: "it had said 100, 101; now 100, 99.5: the other side",
        changesOutcome: true,
        outcome: "UP",
      },
    ]);
    expect(await getRound(scene.deps, { code: CODE })).toEqual(before);
    expect((await roundStatistics(scene.deps)).closeDifferences).toEqual([
      { market: "NDX", source: "a", changesOutcome: true, rounds: 1n },
    ]);
    await scene.house.scratch.setClock("2026-11-23T22:15:00Z");
    expect((await roundStatistics(scene.deps)).closeDifferences).toEqual([]);
    await expectBalancedBooks(scene.house);
  });

  test("of a source that gives no answer are asked for again, later and later, until it does", async () => {
    await using scene = await sourceScene({ a: UP });
    await scene.advanceAt(SETTLE);
    scene.source("a").script("2026-11-20", { kind: "refused", status: 500, raw: "oh" });
    const one = { asked: 1, failed: 1, differing: 0 };
    const none = { asked: 0, failed: 0, differing: 0 };
    expect(await recheckAt(scene, FINAL)).toEqual(one);
    expect(await recheckAt(scene, "2026-11-20T22:29:59Z")).toEqual(none);
    expect(await recheckAt(scene, "2026-11-20T22:30:00Z")).toEqual(one);
    // no sooner than when a quarter of all the time waited has passed
    expect(await recheckAt(scene, "2026-11-21T22:15:00Z")).toEqual(one);
    expect(await recheckAt(scene, "2026-11-22T06:14:59Z")).toEqual(none);
    scene.source("a").script("2026-11-20", UP);
    expect(await recheckAt(scene, "2026-11-22T06:15:00Z")).toEqual({ ...one, failed: 0 });
    expect((await checksOf(scene)).map(({ failure }) => failure)).toEqual([
      "unavailable",
      "unavailable",
      "unavailable",
      null,
    ]);
  });

  test("are read again though the service slept over the evening, and not after a month", async () => {
    await using scene = await sourceScene({ a: UP });
    await scene.advanceAt(SETTLE);
    expect(await recheckAt(scene, "2026-12-20T12:00:00Z")).toMatchObject({ asked: 1 });
    await using late = await sourceScene({ a: UP });
    await late.advanceAt(SETTLE);
    expect(await recheckAt(late, "2026-12-21T12:00:00Z")).toMatchObject({ asked: 0 });
  });

  test("are read by one process at a time", async () => {
    await using scene = await sourceScene({ a: UP });
    await scene.advanceAt(SETTLE);
    await scene.house.scratch.setClock(FINAL);
    scene.source("a").script("2026-11-19", { kind: "silent" });
    const both = await Promise.all([recheckCloses(scene.deps), recheckCloses(scene.deps)]);
    expect(both.filter((one) => one === undefined)).toHaveLength(1);
    expect(await checksOf(scene)).toHaveLength(1);
  });

  test("are not read where no prices settled it, nor by a source that is gone", async () => {
    await using scene = await sourceScene({ a: { kind: "unavailable" }, b: UP });
    await scene.advanceAt(SETTLE);
    const { b } = scene.deps.oracles;
    if (b === undefined) throw new Error("no b");
    await scene.house.scratch.setClock(FINAL);
    expect(await recheckCloses({ ...scene.deps, oracles: { b } })).toMatchObject({ asked: 1 });
    await using voided = await sourceScene({ a: { kind: "unavailable" } });
    expect((await voided.advanceAt("2026-11-20T21:35:00Z")).state).toBe("VOID");
    expect(await recheckAt(voided, FINAL)).toEqual({ asked: 0, failed: 0, differing: 0 });
  });
});

describe("a second opinion", () => {
  test("of an auditor is asked for the day after, and only then", async () => {
    const scripts = { a: UP, fred: { kind: "right", price: "102" } } as const;
    await using scene = await sourceScene(scripts, {}, { auditOnly: ["fred"] });
    expect((await scene.advanceAt(SETTLE)).rules.sources).toEqual(["a"]);
    expect(await recheckAt(scene, FINAL)).toEqual({ asked: 1, failed: 0, differing: 0 });
    expect(scene.source("fred").asked).toEqual([]);
    expect(await recheckAt(scene, "2026-11-21T22:15:00Z")).toEqual({
      asked: 1,
      failed: 0,
      differing: 1,
    });
    expect((await checksOf(scene)).at(-1)).toMatchObject({
      source: "fred",
      differs: true,
      changesOutcome: false,
      detail: "the round was settled on 100, 101; now 100, 102",
    });
  });

  test("of a source that was not needed may round otherwise", async () => {
    await using scene = await sourceScene({ a: UP, b: { kind: "right", price: "101.004" } });
    await scene.advanceAt(SETTLE);
    expect(await recheckAt(scene, FINAL)).toEqual({ asked: 2, failed: 0, differing: 0 });
  });
});

describe("what the next round is told of this one's close", () => {
  const toMonday = async (friday: ScriptedClose) => {
    const scene = await sourceScene({ a: UP });
    await scene.advanceAt(SETTLE);
    await recheckAt(scene, FINAL);
    scene.source("a").script("2026-11-20", friday);
    scene.source("a").script("2026-11-23", { kind: "right", price: "101" });
    await scene.house.scratch.setClock("2026-11-23T21:05:00Z");
    await advanceRounds(scene.deps, { by: scene.house.by });
    return scene;
  };

  test("is compared with it, once; the later round stands on what it was told", async () => {
    await using scene = await toMonday({ kind: "right", price: "99" });
    expect(await getRound(scene.deps, { code: MONDAY })).toMatchObject({
      state: "SETTLED",
      previousClose: "99",
      outcome: "UP",
    });
    expect(await recheckCloses(scene.deps)).toEqual({ asked: 0, failed: 0, differing: 1 });
    expect(await recheckCloses(scene.deps)).toEqual({ asked: 0, failed: 0, differing: 0 });
    expect((await checksOf(scene)).at(-1)).toMatchObject({
      kind: "next-previous",
      source: "a",
      storedClose: "101",
      close: "99",
      differs: true,
      changesOutcome: true,
      detail: "round 20261123: it had said 100, 101; now 100, 99: the other side",
    });
    expect(await getRound(scene.deps, { code: CODE })).toMatchObject({ outcome: "UP" });
  });

  test("is as it was on any other day", async () => {
    await using scene = await toMonday({ kind: "right", price: "101.0" });
    expect(await recheckCloses(scene.deps)).toEqual({ asked: 0, failed: 0, differing: 0 });
    expect((await checksOf(scene)).map(({ kind, differs }) => [kind, differs])).toEqual([
      ["reread", false],
      ["next-previous", false],
    ]);
  });
});

test("closes of one symbol are not held against those of another, once the market asks for that", async () => {
  await using scene = await sourceScene({ a: UP });
  const { deps, house } = scene;
  const by = { ...house.by, reason: "the fund instead of the index" };
  await setMarketSources(deps, { by, sources: ["a:FUND"] });
  const a = scene.source("a");
  for (const date of ["2026-11-23", "2026-11-24"]) a.script(date, UP);
  // rounds that were scheduled keep what they ask for: the first one of the fund is Wednesday's
  for (const instant of [SETTLE, FINAL, "2026-11-23T21:05:00Z", "2026-11-23T22:15:00Z"]) {
    await scene.advanceAt(instant);
    await recheckCloses(deps);
  }
  await scene.advanceAt("2026-11-24T21:05:00Z");
  expect(await recheckAt(scene, "2026-11-24T22:15:00Z")).toEqual({
    asked: 1,
    failed: 0,
    differing: 0,
  });
  a.script("2026-11-24", { kind: "right", price: "25" });
  a.script("2026-11-25", { kind: "right", price: "25.5" });
  await scene.advanceAt("2026-11-25T21:05:00Z");
  const wednesday = await getRound(deps, { code: "20261125" });
  expect(wednesday).toMatchObject({ state: "SETTLED", previousClose: "25" });
  expect(await recheckCloses(deps)).toEqual({ asked: 0, failed: 0, differing: 0 });
});

describe("an operator", () => {
  test("may read a round's closes again at any time, and it is in the audit log", async () => {
    await using scene = await sourceScene({ a: UP });
    await scene.advanceAt(SETTLE);
    const by = scene.house.by;
    expect(await recheckRound(scene.deps, { by, code: CODE })).toMatchObject([{ differs: false }]);
    scene.source("a").script("2026-11-20", { kind: "right", price: "101.5" });
    expect(await recheckRound(scene.deps, { by, code: CODE })).toMatchObject([{ differs: true }]);
    expect(await checksOf(scene)).toHaveLength(2);
    const audit = await scene.house.scratch.owner.sql`
      select subject from database.audit where action = 'round.recheck'`;
    expect(audit).toHaveLength(2);
  });

  test("is refused for a round that prices did not settle", async () => {
    await using scene = await sourceScene({ a: UP });
    const by = { ...scene.house.by, reason: "by hand" };
    const refused = recheckRound(scene.deps, { by, code: CODE });
    expect(refused).rejects.toMatchObject({ code: "ROUND_STATE_CONFLICT" });
    await scene.house.scratch.setClock("2026-11-20T21:00:00Z");
    await advanceRounds(scene.deps, { by });
    await byTwo(settleRound)(scene.deps, { by, code: CODE, result: "UP" });
    const again = recheckRound(scene.deps, { by, code: CODE });
    expect(again).rejects.toMatchObject({ code: "ROUND_STATE_CONFLICT" });
  });
});

test("nobody changes or removes a check", async () => {
  await using scene = await sourceScene({ a: UP });
  await scene.advanceAt(SETTLE);
  await recheckAt(scene, FINAL);
  const { owner, database } = scene.house.scratch;
  for (const statement of [
    "update rounds.close_check set differs = true",
    "delete from rounds.close_check",
    "truncate rounds.close_check",
  ]) {
    expect(owner.sql.unsafe(statement)).rejects.toMatchObject({ code: "23000" });
    expect(database.sql.unsafe(statement)).rejects.toMatchObject({ code: "42501" });
  }
});
