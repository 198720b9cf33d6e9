import { describe, expect, test } from "bun:test";
import { formatUsdc, microUsdc, parseMicroUsdc, parseUsdc } from "./index.ts";

const NEVER_AN_AMOUNT = [
  ..."abc NaN Infinity null 0x10 0b1 1n 1_000 1,000 1. .5 1.5.2 00 01 ١٢ １".split(" "),
  ..."-1 -0 -1.5 +1 1e6 1E6 1e-6 $1".split(" "),
  "",
  " ",
  " 1",
  "1 ",
  "1\n",
  "\t1",
  "1 000",
];

describe("parseMicroUsdc", () => {
  test("reads digits", () => {
    expect(parseMicroUsdc("0")).toBe(microUsdc(0n));
    expect(parseMicroUsdc("12500000")).toBe(microUsdc(12_500_000n));
    expect(parseMicroUsdc("9223372036854775807")).toBe(microUsdc(2n ** 63n - 1n));
  });

  test.each([...NEVER_AN_AMOUNT, "1.5", "1.0", "12345678901234567890"])("rejects %j", (text) => {
    expect(() => parseMicroUsdc(text)).toThrow("is not an amount in micro-USDC. Write digits only");
    expect(() => parseMicroUsdc(text)).toThrow(RangeError);
  });

  test("rejects more than int8 holds", () => {
    expect(() => parseMicroUsdc("9223372036854775808")).toThrow("does not fit 64 bits");
  });

  test("names overlong input without repeating it", () => {
    expect(() => parseMicroUsdc("9".repeat(100_000))).toThrow(
      new RangeError(
        `"${"9".repeat(40)}…" is not an amount in micro-USDC. Write digits only, such as 12500000 for 12.5 USDC.`,
      ),
    );
  });
});

describe("parseUsdc", () => {
  test("reads up to six decimals", () => {
    expect(parseUsdc("12.5")).toBe(microUsdc(12_500_000n));
    expect(parseUsdc("0.000001")).toBe(microUsdc(1n));
    expect(parseUsdc("7")).toBe(microUsdc(7_000_000n));
    expect(parseUsdc("9223372036854.775807")).toBe(microUsdc(2n ** 63n - 1n));
  });

  test.each([...NEVER_AN_AMOUNT, "0.0000001", "1.0000000", "12345678901234"])(
    "rejects %j",
    (text) => {
      expect(() => parseUsdc(text)).toThrow(
        "is not an amount in USDC. Write digits with up to six",
      );
      expect(() => parseUsdc(text)).toThrow(RangeError);
    },
  );

  test("rejects more than int8 holds", () => {
    expect(() => parseUsdc("9223372036854.775808")).toThrow("does not fit 64 bits");
  });
});

test("formatUsdc always shows six decimals and the sign", () => {
  expect(formatUsdc(microUsdc(0n))).toBe("0.000000");
  expect(formatUsdc(microUsdc(1n))).toBe("0.000001");
  expect(formatUsdc(microUsdc(12_500_000n))).toBe("12.500000");
  expect(formatUsdc(microUsdc(-999_999n))).toBe("-0.999999");
  expect(formatUsdc(microUsdc(-(2n ** 63n)))).toBe("-9223372036854.775808");
});
