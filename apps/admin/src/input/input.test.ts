import { describe, expect, test } from "bun:test";
import { microUsdc } from "@closebell/money";
import { InvalidArgumentError } from "commander";
import { UsageError } from "../output/usage-error.ts";
import { amountOf, microUsdcArgument, usdcArgument } from "./amount.ts";
import {
  dateArgument,
  durationArgument,
  instantArgument,
  listArgument,
  timeArgument,
  wholeNumber,
} from "./arguments.ts";

describe("amounts", () => {
  test("--amount is USDC, --amount-micro micro-USDC", () => {
    expect(usdcArgument("12.5")).toBe(microUsdc(12_500_000n));
    expect(microUsdcArgument("12500000")).toBe(microUsdc(12_500_000n));
  });

  test.each(["", "-1", "1.1234567", "1e3", "1,5", "0x10", ".5", "NaN", "9223372036855"])(
    "--amount %j is refused",
    (text) => {
      expect(() => usdcArgument(text)).toThrow(InvalidArgumentError);
    },
  );

  test.each(["", "-1", "1.5", "01", "9223372036854775808"])(
    "--amount-micro %j is refused",
    (text) => {
      expect(() => microUsdcArgument(text)).toThrow(InvalidArgumentError);
    },
  );

  test("exactly one is given, and it is above zero", () => {
    const [one, zero] = [microUsdc(1n), microUsdc(0n)];
    expect(amountOf({ amount: one })).toBe(one);
    expect(amountOf({ amountMicro: one })).toBe(one);
    for (const wrong of [{}, { amount: one, amountMicro: one }, { amount: zero }]) {
      expect(() => amountOf(wrong)).toThrow(UsageError);
    }
  });
});

describe("other arguments", () => {
  test("whole numbers within bounds", () => {
    const users = wholeNumber(1, 100);
    expect([users("1"), users("100")]).toEqual([1, 100]);
    for (const text of ["0", "101", "1.5", "-1", "", "ten", "1e1", "99999999999"]) {
      expect(() => users(text)).toThrow(InvalidArgumentError);
    }
    expect(wholeNumber(0, 2 ** 32 - 1)("4294967295")).toBe(4_294_967_295);
  });

  test("dates, instants and times of day", () => {
    expect(dateArgument("2024-02-29").toString()).toBe("2024-02-29");
    for (const text of ["2023-02-29", "20240229", "2024-2-29", "today"]) {
      expect(() => dateArgument(text)).toThrow(InvalidArgumentError);
    }
    const instant = instantArgument("2026-11-20T16:00:00-05:00");
    expect(instant.toString()).toBe("2026-11-20T21:00:00Z");
    for (const text of ["2026-11-20T16:00:00", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z"]) {
      expect(() => instantArgument(text)).toThrow(InvalidArgumentError);
    }
    expect(timeArgument("13:00")).toBe("13:00");
    for (const text of ["24:00", "1:00", "13:60"]) {
      expect(() => timeArgument(text)).toThrow(InvalidArgumentError);
    }
  });

  test.each([
    ["90m", 5_400],
    ["1h30m", 5_400],
    ["2d", 172_800],
    ["1d2h3m4s", 93_784],
    ["PT1H30M", 5_400],
    ["P1D", 86_400],
  ])("%s is %i seconds", (text, seconds) => {
    expect(durationArgument(text).total("seconds")).toBe(seconds);
  });

  test.each(["", "0s", "-1h", "PT0S", "-PT1H", "P1M", "1 hour", "90"])(
    "%j is no duration",
    (text) => {
      expect(() => durationArgument(text)).toThrow(InvalidArgumentError);
    },
  );
});

test("a list is set apart by commas, and none is an empty one", () => {
  expect(listArgument("massive:I:NDX, file")).toEqual(["massive:I:NDX", "file"]);
  expect(listArgument("file")).toEqual(["file"]);
  expect([listArgument("none"), listArgument(""), listArgument(" , ")]).toEqual([[], [], []]);
});
