import { expect, test } from "bun:test";
import fc from "fast-check";
import { parseLossless } from "./lossless-json.ts";
import { plainDecimal } from "./plain-decimal.ts";

const digits = (least: number, most: number) =>
  fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: least, maxLength: most })
    .map((each) => each.join(""));

const plain = fc
  .tuple(fc.boolean(), fc.bigInt({ min: 0n, max: 10n ** 9n - 1n }), digits(0, 9))
  .map(([minus, whole, fraction]) => `${minus ? "-" : ""}${whole}${fraction && `.${fraction}`}`);

test("what has no exponent stays as it was written, through JSON too", () => {
  fc.assert(
    fc.property(plain, (text) => {
      expect(plainDecimal(text)).toBe(text);
      expect(parseLossless(`{"p":[${text},"${text}"]}`)).toEqual({ p: [text, text] });
    }),
  );
});

/** The value times 10^30, exactly. */
const valueOf = (text: string): bigint => {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e(.*))?$/.exec(text) ?? [];
  return (
    BigInt(`${sign}${whole}${fraction}`) * 10n ** BigInt(30 + Number(exponent) - fraction.length)
  );
};

test("an exponent moves the point and nothing else", () => {
  fc.assert(
    fc.property(plain, fc.integer({ min: -9, max: 9 }), (text, exponent) => {
      const written = `${text}e${exponent}`;
      const read = plainDecimal(written);
      if (read === undefined) throw new Error(`${written} was not read`);
      expect(read).toMatch(/^-?(0|[1-9]\d*)(\.\d*[1-9])?$/);
      expect(valueOf(read)).toBe(valueOf(written));
    }),
  );
});

test.each([
  "",
  "-",
  "+1",
  ".5",
  "5.",
  "01",
  "1,5",
  "0x10",
  "1e",
  "Infinity",
  "NaN",
  " 1",
  "1 ",
  "1e999",
  "1e19",
  "1e-19",
])("%p is no price", (text) => {
  expect(plainDecimal(text)).toBeUndefined();
});

test("an exponent may be written in more than one way", () => {
  expect(["2.10e2", "2.1E+2", "21000e-2", "0.000e5", "-1.5e-3"].map(plainDecimal)).toEqual([
    "210",
    "210",
    "210",
    "0",
    "-0.0015",
  ]);
});
