import { expect, test } from "bun:test";
import fc from "fast-check";
import { formatCode, parseCode } from "./index.ts";

test("a code is its date's digits", () => {
  expect(formatCode("2026-11-27")).toBe("20261127");
  expect(formatCode(Temporal.PlainDate.from("1999-01-04"))).toBe("19990104");
  expect(parseCode("20261127").toString()).toBe("2026-11-27");
});

test("parse undoes format", () => {
  const first = Temporal.PlainDate.from("1999-01-01");
  fc.assert(
    fc.property(fc.nat(20_000), (days) => {
      const date = first.add({ days });
      expect(parseCode(formatCode(date)).equals(date)).toBe(true);
    }),
  );
});

test.each([
  "",
  "2026-11-27",
  "2026112",
  "202611271",
  "20260229",
  "20261301",
  "20260100",
  " 20261127",
  "20261127\n",
  "２０２６１１２７",
])("%p is refused", (code) => {
  expect(() => parseCode(code)).toThrow(RangeError);
  expect(() => parseCode(code)).toThrow("no round's code");
});

test("a code parsed is one that format gives", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^\d{8}$/), (code) => {
      let date: Temporal.PlainDate;
      try {
        date = parseCode(code);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
        return;
      }
      expect(formatCode(date)).toBe(code);
    }),
  );
});
