import { expect, test } from "bun:test";
import { judge } from "./judge.ts";

const atLeast = { must: 8, aim: 16, better: "higher" } as const;
const atMost = { must: 1.5, aim: 0.75, better: "lower" } as const;

test("a figure that should be high is met from its target on", () => {
  expect(judge(7.99, atLeast)).toEqual({ met: false, aimMet: false });
  expect(judge(8, atLeast)).toEqual({ met: true, aimMet: false });
  expect(judge(16, atLeast)).toEqual({ met: true, aimMet: true });
});

test("a figure that should be low is met up to its target", () => {
  expect(judge(1.51, atMost)).toEqual({ met: false, aimMet: false });
  expect(judge(1.5, atMost)).toEqual({ met: true, aimMet: false });
  expect(judge(0.75, atMost)).toEqual({ met: true, aimMet: true });
});

test("what was not measured is neither met nor missed", () => {
  for (const nothing of [null, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(judge(nothing, atLeast)).toEqual({ met: "not measured", aimMet: "not measured" });
  }
});

test("without a must the aim decides, without either nothing does", () => {
  const aimOnly = { must: null, aim: 1, better: "lower" } as const;
  expect(judge(0.4, aimOnly)).toEqual({ met: true, aimMet: true });
  expect(judge(1.1, aimOnly)).toEqual({ met: false, aimMet: false });
  expect(judge(null, aimOnly)).toEqual({ met: "not measured", aimMet: "not measured" });
  const informative = { must: null, aim: null, better: "lower" } as const;
  expect(judge(400, informative)).toEqual({ met: null, aimMet: null });
  expect(judge(null, informative)).toEqual({ met: null, aimMet: null });
});
