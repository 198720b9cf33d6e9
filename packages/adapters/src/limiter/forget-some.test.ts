import { expect, test } from "bun:test";
import { forgetSome } from "./forget-some.ts";

const mapOf = (untils: readonly number[]) =>
  new Map(untils.map((until, n) => [`k${n}`, { until }] as const));

const left = (kept: ReadonlyMap<string, unknown>): string => [...kept.keys()].join();

test("what has ended goes first, then what came first, until a tenth is free", () => {
  const full = mapOf(Array.from({ length: 20 }, () => 9));
  forgetSome(full, { at: 5, maxKeys: 20 });
  expect([full.size, full.has("k1"), full.has("k2")]).toEqual([18, false, true]);
  const ended = mapOf([9, 1, 9, 5, 9]);
  forgetSome(ended, { at: 5, maxKeys: 5 });
  expect(left(ended)).toBe("k0,k2,k4");
  const one = mapOf([9, 9]);
  forgetSome(one, { at: 5, maxKeys: 2 });
  expect(left(one)).toBe("k1");
});

test("as long as there is room nothing goes, ended or not", () => {
  const kept = mapOf([1, 9, 1]);
  forgetSome(kept, { at: 5, maxKeys: 4 });
  expect(left(kept)).toBe("k0,k1,k2");
});
