import { expect, test } from "bun:test";
import { isUuid, SYSTEM_ACTORS } from "@closebell/context";
import { replayIds } from "./replay-ids.ts";

const take = (seed: number, count: number): readonly string[] => {
  const ids = replayIds(seed);
  return Array.from({ length: count }, () => ids.uuid());
};

test("ids are UUIDs in order, each once, the same for the same seed only", () => {
  const ids = take(1, 1000);
  expect(ids.every(isUuid)).toBe(true);
  expect(ids).toEqual(ids.toSorted());
  expect(new Set(ids).size).toBe(1000);
  expect(take(1, 1000)).toEqual(ids);
  const other = new Set(take(2 ** 32 - 1, 1000));
  expect(ids.some((id) => other.has(id))).toBe(false);
});

test("no seed gives the id of a system actor", () => {
  const ids = new Set(take(0, 1000));
  for (const { id } of Object.values(SYSTEM_ACTORS)) expect(ids.has(id)).toBe(false);
});
