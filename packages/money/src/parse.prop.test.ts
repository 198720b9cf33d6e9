import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { formatUsdc, microUsdc, parseMicroUsdc, parseUsdc } from "./index.ts";

const amounts = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).map(microUsdc);

test("what is written as digits or in USDC reads back as the same amount", () => {
  fc.assert(
    fc.property(amounts, (amount) => {
      expect(parseMicroUsdc(String(amount))).toBe(amount);
      expect(parseUsdc(formatUsdc(amount))).toBe(amount);
    }),
  );
});

test("text that is read at all is the one spelling of its amount", () => {
  const nearlyNumbers = fc.string({ unit: fc.constantFrom(..."0123456789+-.eE_ n".split("")) });
  fc.assert(
    fc.property(fc.oneof(nearlyNumbers, fc.string()), (text) => {
      let amount: bigint;
      try {
        amount = parseMicroUsdc(text);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
        return;
      }
      expect(String(amount)).toBe(text);
    }),
    { numRuns: 2000 },
  );
});
