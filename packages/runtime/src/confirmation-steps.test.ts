import { expect, test } from "bun:test";
import { microUsdc } from "@closebell/money";
import { parseConfirmations } from "./confirmation-steps.ts";

test("steps by amount, smallest first, the last for whatever is larger", () => {
  expect(parseConfirmations("final")).toEqual([{ blocks: "final" }]);
  expect(parseConfirmations("6")).toEqual([{ blocks: 6 }]);
  expect(parseConfirmations("100000000:3, 1000000000:12,final")).toEqual([
    { below: microUsdc(100_000_000n), blocks: 3 },
    { below: microUsdc(1_000_000_000n), blocks: 12 },
    { blocks: "final" },
  ]);
});

test.each([
  ["", "nothing"],
  ["0", "no block at all"],
  ["100:3", "nothing for larger amounts"],
  ["3,final", "a step without an amount before the last"],
  ["100:3,100:6,final", "amounts that do not grow"],
  ["100:0,final", "no block for small amounts"],
  ["0:3,final", "an amount that nothing is below"],
  ["-5:3,final", "a negative amount"],
  ["100:soon,final", "no number"],
  ["99999999999999999999:3,final", "more than there can be"],
  ["100:3,final,", "an empty step"],
])("%p is refused: %s", (text) => {
  expect(parseConfirmations(text)).toBeUndefined();
});
