import { expect, test } from "bun:test";
import { microUsdc } from "./micro-usdc.ts";

test("holds what int8 holds, and no more", () => {
  expect(microUsdc(2n ** 63n - 1n)).toBe(microUsdc(9223372036854775807n));
  expect(microUsdc(-(2n ** 63n))).toBe(microUsdc(-9223372036854775808n));
  expect(() => microUsdc(2n ** 63n)).toThrow(RangeError);
  expect(() => microUsdc(-(2n ** 63n) - 1n)).toThrow("does not fit 64 bits");
});
