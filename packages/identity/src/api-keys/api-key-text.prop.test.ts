import { expect, test } from "bun:test";
import fc from "fast-check";
import { isApiKey, keyParts, keyText, newKeySecret } from "./api-key-text.ts";

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const realm = fc.constantFrom("live" as const, "test" as const);

test("a key says its id and its secret, whatever they are", () => {
  fc.assert(
    fc.property(fc.uuid(), bytes(32), realm, (id, random, of) => {
      const secret = newKeySecret(() => random);
      const text = keyText({ realm: of, id, secret });
      expect(text).toMatch(/^cb_(live|test)_[0-9A-Za-z]{22}_[0-9A-Za-z]{43}$/);
      expect(keyParts(text)).toEqual({ realm: of, id, secret });
      expect(isApiKey(text)).toBe(true);
    }),
  );
});

test("two secrets are one only where their bytes are", () => {
  fc.assert(
    fc.property(bytes(32), bytes(32), (one, other) => {
      const same = newKeySecret(() => one) === newKeySecret(() => other);
      expect(same).toBe(Buffer.from(one).equals(Buffer.from(other)));
    }),
  );
});

test("what has not the form of a key is none, and nothing makes it throw", () => {
  const whole = keyText({
    realm: "live",
    id: "01900000-0000-7000-8000-000000000001",
    secret: "a".repeat(43),
  });
  fc.assert(
    fc.property(fc.nat(whole.length - 1), (length) => {
      expect(keyParts(whole.slice(0, length))).toBeUndefined();
      expect(keyParts(` ${whole}`)).toBeUndefined();
      expect(keyParts(`${whole}=`)).toBeUndefined();
    }),
  );
  fc.assert(fc.property(fc.string(), (text) => void keyParts(text)));
  // an id that is larger than any UUID
  expect(keyParts(`cb_live_${"z".repeat(22)}_${"a".repeat(43)}`)).toBeUndefined();
});
