import { expect, test } from "bun:test";
import fc from "fast-check";
import { keepText, storable } from "./evidence-text.ts";
import { hashEvidence } from "./oracle.ts";
import { parseSource } from "./source-entry.ts";

test("text is kept as it is, with its hash", () => {
  expect(keepText('{"close":1}', 100)).toEqual({
    raw: '{"close":1}',
    hash: hashEvidence('{"close":1}'),
  });
  expect(keepText(undefined, 100)).toEqual({ raw: null, hash: null });
});

test("what PostgreSQL can't store is kept beside, byte for byte", () => {
  const odd = "a\0b\ud800";
  const kept = keepText(odd, 100);
  expect(kept.raw).toBe("a\u{FFFD}b\u{FFFD}");
  const bytes = Buffer.from(kept.rawBase64 ?? "", "base64");
  expect(new Bun.CryptoHasher("sha256").update(bytes).digest("hex")).toBe(kept.hash ?? "");
});

test("of a long text the beginning is kept, and the hash of all", () => {
  const long = "x".repeat(5_000);
  expect(keepText(long, 4_096)).toEqual({
    raw: "x".repeat(4_096),
    hash: hashEvidence(long),
    truncated: true,
  });
});

test("nothing that is kept holds a NUL or half a pair", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.nat(20), (text, limit) => {
      const { raw } = keepText(text, limit);
      expect(raw?.includes("\0")).toBe(false);
      expect(raw?.isWellFormed()).toBe(true);
      expect(storable(storable(text))).toBe(storable(text));
    }),
  );
});

test("a source is a name, and the symbol to ask for where there is one", () => {
  expect(parseSource("simulated")).toEqual({ name: "simulated", symbol: undefined });
  expect(parseSource("massive:I:NDX")).toEqual({ name: "massive", symbol: "I:NDX" });
  expect(parseSource("twelve-data:NDX")).toEqual({ name: "twelve-data", symbol: "NDX" });
  expect(parseSource("Odd one").name).toBe("Odd one");
});
