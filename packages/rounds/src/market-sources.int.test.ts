import { describe, expect, test } from "bun:test";
import { getRound } from "./get-round.ts";
import { getMarket } from "./markets.ts";
import { probeSources } from "./probe-sources.ts";
import { setMarketSources } from "./set-market-sources.ts";
import { sourceScene, type ScriptedClose } from "./testing/index.ts";

const UP: ScriptedClose = { kind: "right", price: "101" };
const FRED = { auditOnly: ["fred"] };

describe("a market's sources", () => {
  test("are changed for the rounds to come; those that are scheduled keep theirs", async () => {
    await using scene = await sourceScene({ a: UP, b: UP, fred: UP }, { sources: ["a"] }, FRED);
    const by = { ...scene.house.by, reason: "b is the cheaper one" };
    const changed = await setMarketSources(scene.deps, {
      by,
      sources: ["b:I:NDX", "a"],
      sourceRule: "median",
      toleranceBps: 5,
    });
    expect(changed).toMatchObject({
      sources: ["b:I:NDX", "a"],
      sourceRule: "median",
      toleranceBps: 5,
      auditSources: ["fred"],
      rulesVersion: 2,
    });
    expect(await setMarketSources(scene.deps, { by, auditSources: [] })).toMatchObject({
      sources: ["b:I:NDX", "a"],
      auditSources: [],
      rulesVersion: 3,
    });
    await scene.advanceAt("2026-11-23T12:00:00Z");
    const rulesOf = async (code: string) => (await getRound(scene.deps, { code })).rules;
    expect(await rulesOf("20261124")).toMatchObject({ sources: ["a"], rulesVersion: 1 });
    expect(await rulesOf("20261125")).toMatchObject({ sourceRule: "median", rulesVersion: 3 });
    const [entry] = await scene.house.scratch.owner.sql`
      select reason, before, after from database.audit where action = 'market.set-sources' order by id limit 1`;
    expect(entry).toMatchObject({
      reason: "b is the cheaper one",
      before: { sources: ["a"] },
      after: { sources: ["b:I:NDX", "a"] },
    });
  });

  test("are refused where one is odd, twice there, unknown here, or too late to settle on", async () => {
    await using scene = await sourceScene({ a: UP, fred: UP }, {}, FRED);
    const { by } = scene.house;
    const before = await getMarket(scene.deps, {});
    for (const [wrong, message] of [
      [{ sources: [] }, "needs a source"],
      [{ sources: ["a b"] }, "is no source"],
      [{ sources: ["a", "a:X"] }, "listed twice"],
      [{ sources: ["massive"] }, "Configured: a, fred"],
      [{ sources: ["fred"] }, "too late to settle"],
      [{ auditSources: ["nobody"] }, "No oracle called nobody"],
      [{ toleranceBps: 1_001 }, "from 0 to 1000"],
      [{ toleranceBps: 0.5 }, "whole number"],
    ] as const) {
      const refused = (async () => setMarketSources(scene.deps, { by, ...wrong }))();
      expect(refused).rejects.toMatchObject({
        code: "VALIDATION_FAILED",
        message: expect.stringContaining(message),
      });
    }
    expect(await getMarket(scene.deps, {})).toEqual(before);
  });
});

describe("a probe", () => {
  const date = Temporal.PlainDate.from("2026-11-20");

  test("shows what every source says, and what the rule makes of it, and writes nothing down", async () => {
    await using scene = await sourceScene(
      { a: UP, b: { kind: "refused", status: 500, raw: "oh" }, fred: { kind: "unavailable" } },
      { sourceRule: "first" },
      FRED,
    );
    const probe = await probeSources(scene.deps, { date });
    expect(probe).toMatchObject({
      market: "NDX",
      date: "2026-11-20",
      previousDate: "2026-11-19",
      verdict: { kind: "prices", source: "a", close: "101", previousClose: "100" },
      sources: [
        { source: "a", audit: false, simulated: true, previousClose: "100", close: "101" },
        { source: "b", audit: false, close: null, failure: "unavailable" },
        { source: "fred", audit: true, failure: "unavailable" },
      ],
    });
    const [row] = await scene.house.scratch.owner.sql`
      select count(*) as attempts from rounds.oracle_attempt`;
    expect(row).toEqual({ attempts: 0n });
  });

  test("is refused for a day without a session, and beyond the calendar", async () => {
    await using scene = await sourceScene({ a: UP });
    const probe = (day: string) => probeSources(scene.deps, { date: Temporal.PlainDate.from(day) });
    expect(probe("2026-11-21")).rejects.toMatchObject({ code: "NOT_A_SESSION" });
    expect(probe("2050-01-03")).rejects.toMatchObject({ code: "BEYOND_CALENDAR" });
  });
});
