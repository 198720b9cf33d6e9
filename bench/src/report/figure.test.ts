import { expect, test } from "bun:test";
import { summarize } from "../stats/summary.ts";
import { ratioOf, rowsOf } from "./figure.ts";

test("a ratio is that of the medians, not of the means", () => {
  const ours = summarize([10, 12, 1_000]);
  const theirs = summarize([1, 3, 2]);
  expect(ratioOf("verb/tpcb", ours, theirs, "per s").value).toBe(6);
});

test("a line is judged by its own targets", () => {
  const figure = ratioOf("verb/tpcb", summarize([17]), summarize([2]), "per s");
  const [row] = rowsOf([figure], ["bets"]);
  expect(row).toMatchObject({
    name: "bets/s through the verb, 1,000 concurrent users, one round",
    value: 8.5,
    unit: "x",
    must: 8,
    aim: 16,
    met: true,
    aimMet: false,
  });
});

test("what was not measured stands in the table, with its reason, and is not met", () => {
  const rows = rowsOf([], ["bets"], {
    reasons: new Map([["verb/pgledger-8", "no folder given"]]),
  });
  expect(rows.map(({ id }) => id)).toContain("verb/tpcb");
  expect(rows.filter(({ must }) => must !== null).map(({ met }) => met)).toEqual(
    rows.filter(({ must }) => must !== null).map(() => "not measured"),
  );
  expect(rows.find(({ id }) => id === "verb/pgledger-8")).toMatchObject({
    value: null,
    note: "no folder given",
  });
});

test("only the lines of the chosen parts are shown", () => {
  expect(new Set(rowsOf([], ["reads", "http"]).map(({ part }) => part))).toEqual(
    new Set(["reads", "http"]),
  );
});
