import { expect, test } from "bun:test";
import fc from "fast-check";
import { fingerprint, hashSecret, newSecret } from "./hash-secret.ts";
import { seal, unseal } from "./seal.ts";

const randomBytes = (size: number): Uint8Array => crypto.getRandomValues(new Uint8Array(size));

test("what is sealed comes out again, under the same secret and purpose only", () => {
  const text = fc.string({
    unit: fc.integer({ min: 0, max: 0x10ffff }).map((code) => String.fromCodePoint(code)),
  });
  fc.assert(
    fc.property(text, text, text, (plain, secret, purpose) => {
      const sealed = seal({ secret, randomBytes }, purpose, plain);
      expect(unseal(secret, purpose, sealed)).toBe(plain.toWellFormed());
      expect(unseal(`${secret}.`, purpose, sealed)).toBeUndefined();
      expect(unseal(secret, `${purpose}.`, sealed)).toBeUndefined();
    }),
  );
});

test("a changed bit, a cut end and nothing at all don't open", () => {
  const sealed = seal({ secret: "secret", randomBytes }, "test", "plain");
  fc.assert(
    fc.property(fc.nat(sealed.length * 8 - 1), (bit) => {
      const changed = Uint8Array.from(sealed, (byte, at) =>
        at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte,
      );
      expect(unseal("secret", "test", changed)).toBeUndefined();
      expect(unseal("secret", "test", sealed.subarray(0, bit >> 3))).toBeUndefined();
    }),
  );
});

test("no two seals of a text are alike", () => {
  const seals = Array.from({ length: 100 }, () =>
    Buffer.from(seal({ secret: "secret", randomBytes }, "test", "plain")).toString("hex"),
  );
  expect(new Set(seals).size).toBe(100);
});

test("a secret says what it is, and its hash does not say what it is", () => {
  const secret = newSecret(randomBytes, "cbr_");
  expect(secret).toMatch(/^cbr_[\w-]{43}$/);
  expect(Buffer.from(hashSecret(secret)).toString("utf8")).not.toContain("cbr_");
  expect(hashSecret(secret).length).toBe(32);
});

test("a fingerprint is the same for the same, and another under another secret", () => {
  expect(fingerprint("a", "ada@example.com")).toBe(fingerprint("a", "ada@example.com"));
  expect(fingerprint("a", "ada@example.com")).not.toBe(fingerprint("b", "ada@example.com"));
  expect(fingerprint("a", "ada@example.com")).toMatch(/^[\w-]{22}$/);
});
