import { expect, test } from "bun:test";
import fc from "fast-check";
import { leastOffset } from "./clock-offset.ts";

const milliseconds = (most: number) => fc.integer({ min: 0, max: most });

test("an offset is never told larger than it is, and smaller by no more than the way took", () => {
  const offset = fc.integer({ min: -100_000, max: 100_000 });
  fc.assert(
    fc.property(offset, milliseconds(5_000), milliseconds(5_000), (off, there, back) => {
      const before = 1_800_000_000_000;
      const told = leastOffset({
        before,
        database: before + there + off,
        after: before + there + back,
      });
      expect(Math.abs(told)).toBeLessThanOrEqual(Math.abs(off));
      expect(told * off).toBeGreaterThanOrEqual(0);
      expect(Math.abs(off - told)).toBeLessThanOrEqual(off > 0 ? back : there);
    }),
  );
});

test("what the way explains is no offset; beyond it the sign says who is ahead", () => {
  const reading = (database: number) => leastOffset({ before: 10, database, after: 12 });
  expect([10, 11, 12].map(reading)).toEqual([0, 0, 0]);
  expect([reading(15), reading(4)]).toEqual([3, -6]);
});
