import { expect, test } from "bun:test";
import fc from "fast-check";
import { generateSync } from "otplib";
import { newRecoveryCodes, normalRecoveryCode } from "./recovery-codes.ts";
import { stepOfCode } from "./totp-code.ts";

const SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

const randomBytes = (size: number): Uint8Array => crypto.getRandomValues(new Uint8Array(size));

test.each([
  [59, "287082"],
  [1_111_111_109, "081804"],
  [1_111_111_111, "050471"],
  [1_234_567_890, "005924"],
  [2_000_000_000, "279037"],
])("at %i the code is %s (RFC 6238 appendix B)", (now, code) => {
  expect(stepOfCode(SECRET, code, now, null)).toBe(Math.floor(now / 30));
});

test("a code counts in its step and the ones beside it, and never again once it or a later one was used", () => {
  const second = fc.integer({ min: 200, max: 4_000_000_000 });
  fc.assert(
    fc.property(second, fc.integer({ min: -90, max: 90 }), fc.nat(5), (made, later, used) => {
      const code = generateSync({ secret: SECRET, epoch: made });
      const step = Math.floor(made / 30);
      const now = made + later;
      const last = BigInt(step + 2 - used);
      const near = Math.abs(Math.floor(now / 30) - step) <= 1;
      const found = stepOfCode(SECRET, code, now, last);
      // of a million codes another step's may be the same
      if (found === step) expect(near && step > last).toBe(true);
      if (found === undefined) expect(near && step > last).toBe(false);
    }),
  );
});

test.each(["", "12345", "1234567", "28708２", "287 082", "abcdef", "287082\n"])(
  "%j is no code",
  (code) => {
    expect(stepOfCode(SECRET, code, 59, null)).toBeUndefined();
  },
);

test("ten recovery codes, all different, are read back however they are typed", () => {
  const codes = newRecoveryCodes(randomBytes);
  expect(new Set(codes).size).toBe(10);
  for (const code of codes) {
    expect(code).toMatch(/^(?:[0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
    const plain = code.replaceAll("-", "");
    expect(normalRecoveryCode(` ${code.toLowerCase()} `)).toBe(plain);
    expect(normalRecoveryCode(plain.replaceAll("0", "o").replaceAll("1", "l"))).toBe(plain);
  }
});
