import { describe, expect, test } from "bun:test";
import { compareCloses } from "./compare-closes.ts";
import { rereadFrom } from "./recheck-closes.ts";
import { sourcesToReread } from "./recheck-round.ts";

const move = (previous: string, close: string) => ({ previous, close });
const round = { decided: move("100", "101"), toleranceBps: 0 };

describe("a source beside what it said itself", () => {
  const own = { ...move("100", "101"), own: true };

  test("said the same, however it writes it", () => {
    expect(compareCloses(own, move("100.0", "101.00"), round)).toEqual({
      differs: false,
      changesOutcome: false,
      detail: "as it was",
    });
  });

  test("says something else, to the last digit", () => {
    expect(compareCloses(own, move("100", "101.000001"), round)).toEqual({
      differs: true,
      changesOutcome: false,
      detail: "it had said 100, 101; now 100, 101.000001",
    });
    expect(compareCloses(own, move("99.99", "101"), round).differs).toBe(true);
  });

  test("stands on the other side now", () => {
    for (const now of [move("100", "100"), move("101.5", "101"), move("100", "99.9")]) {
      expect(compareCloses(own, now, round)).toMatchObject({ differs: true, changesOutcome: true });
    }
  });

  test("stood on the other side all along, outvoted", () => {
    const outvoted = { ...move("100", "99"), own: true };
    expect(compareCloses(outvoted, move("100", "99"), round).differs).toBe(false);
    expect(compareCloses(outvoted, move("100", "98"), round)).toMatchObject({
      differs: true,
      changesOutcome: false,
    });
  });
});

describe("a source that had said nothing, beside what the round was settled on", () => {
  const decided = { ...move("100", "101"), own: false };

  test("may round otherwise, or be within the market's tolerance", () => {
    expect(compareCloses(decided, move("100.01", "101.01"), round).differs).toBe(false);
    expect(compareCloses(decided, move("100.02", "101"), round).differs).toBe(true);
    const wide = { ...round, toleranceBps: 50 };
    expect(compareCloses(decided, move("100.5", "101.5"), wide).differs).toBe(false);
    expect(compareCloses(decided, move("100", "101.6"), wide)).toMatchObject({
      differs: true,
      detail: "the round was settled on 100, 101; now 100, 101.6",
    });
  });

  test("never differs so little that the side would be another", () => {
    const near = { decided: move("100", "100.005"), toleranceBps: 0 };
    const stored = { ...near.decided, own: false };
    expect(compareCloses(stored, move("100", "100"), near)).toMatchObject({
      differs: true,
      changesOutcome: true,
    });
  });
});

test("closes are read again from 17:15 on the exchange's clock, in summer and in winter, by auditors a day later", () => {
  const zone = "America/New_York";
  expect(rereadFrom("2026-11-20", zone, false).toString()).toBe("2026-11-20T22:15:00Z");
  expect(rereadFrom("2026-07-10", zone, false).toString()).toBe("2026-07-10T21:15:00Z");
  expect(rereadFrom("2026-11-20", zone, true).toString()).toBe("2026-11-21T22:15:00Z");
  // the clocks go back that night
  expect(rereadFrom("2026-10-31", zone, true).toString()).toBe("2026-11-01T22:15:00Z");
});

test("an auditor that settled a round already is asked once", () => {
  const asked = sourcesToReread({ sources: ["a:X", "b"] }, ["b:Y", "c:Z"]);
  expect(asked).toEqual([
    { entry: "a:X", name: "a", audit: false },
    { entry: "b", name: "b", audit: false },
    { entry: "c:Z", name: "c", audit: true },
  ]);
});
