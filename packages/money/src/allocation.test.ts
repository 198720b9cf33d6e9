import { describe, expect, test } from "bun:test";
import { allocate, cutOf, MAX_POOL, microUsdc, payoutOf, shareOf } from "./index.ts";

const A = "01990000-0000-7000-8000-00000000000a";
const B = "01990000-0000-7000-8000-00000000000b";
const C = "01990000-0000-7000-8000-00000000000c";

const round = (distributable: bigint, ...bets: readonly (readonly [string, bigint])[]) => ({
  winningPool: microUsdc(bets.reduce((sum, [, stake]) => sum + stake, 0n)),
  distributable: microUsdc(distributable),
  stakes: bets.map(([id, stake]) => ({ id, stake: microUsdc(stake) })),
});

const sharesOf = (input: ReturnType<typeof round>): Record<string, bigint> =>
  Object.fromEntries(allocate(input));

describe("who gets the extra units", () => {
  test("nobody where every share is whole", () => {
    const whole = round(30n, [A, 1n], [B, 2n]);
    expect(cutOf(whole)).toBeNull();
    expect(sharesOf(whole)).toEqual({ [A]: 10n, [B]: 20n });
  });

  test("the largest remainder first, whoever has the lower id", () => {
    // exact shares 2.5 and 7.5 of 10 would tie: 11 makes them 2.75 and 8.25
    const uneven = round(11n, [A, 3n], [B, 1n]);
    expect(cutOf(uneven)).toEqual({ remainder: 3n, id: B });
    expect(sharesOf(uneven)).toEqual({ [A]: 8n, [B]: 3n });
  });

  test("among equal remainders the lower bet id, in whatever order they come", () => {
    const tied = round(10n, [C, 1n], [A, 1n], [B, 1n]);
    expect(cutOf(tied)).toEqual({ remainder: 1n, id: A });
    expect(sharesOf(tied)).toEqual({ [A]: 4n, [B]: 3n, [C]: 3n });
    expect(sharesOf(round(11n, [B, 1n], [C, 1n], [A, 1n]))).toEqual({ [A]: 4n, [B]: 4n, [C]: 3n });
  });

  test("digits come before letters, as in PostgreSQL's order of uuid", () => {
    const nine = "01990000-0000-7000-8000-000000000009";
    expect(cutOf(round(1n, [A, 1n], [nine, 1n]))?.id).toBe(nine);
  });
});

describe("one-sided and empty pools", () => {
  test("nothing to distribute leaves every winner their stake", () => {
    const oneSided = round(0n, [A, 5n], [B, 7n]);
    expect(sharesOf(oneSided)).toEqual({ [A]: 0n, [B]: 0n });
    expect(payoutOf(microUsdc(5n), A, { ...oneSided, cut: cutOf(oneSided) })).toBe(microUsdc(5n));
  });

  test("the only winner takes all", () => {
    expect(sharesOf(round(99n, [A, 7n]))).toEqual({ [A]: 99n });
  });

  test("no bets and nothing to distribute is an empty allocation", () => {
    expect(cutOf(round(0n))).toBeNull();
    expect(allocate(round(0n)).size).toBe(0);
  });

  test("money for nobody is refused: such a round is void", () => {
    expect(() => allocate(round(1n))).toThrow("Nobody is on the winning side. Void the round");
  });
});

describe("the largest pools", () => {
  const half = MAX_POOL / 2n;

  test("stay exact", () => {
    expect(sharesOf(round(MAX_POOL, [A, half - 1n], [B, half + 1n]))).toEqual({
      [A]: half - 1n,
      [B]: half + 1n,
    });
  });

  test("both at their largest don't fit one payout, and say so", () => {
    const full = { ...round(MAX_POOL, [A, MAX_POOL]), cut: null };
    expect(shareOf(MAX_POOL, A, full)).toBe(MAX_POOL);
    expect(() => payoutOf(MAX_POOL, A, full)).toThrow("does not fit 64 bits");
  });
});

describe("refuses with RangeError", () => {
  const division = { ...round(10n, [A, 5n], [B, 5n]), cut: null };

  test.each([
    ["a stake of 0", () => shareOf(microUsdc(0n), A, division), "A stake of 0"],
    ["a stake above its pool", () => shareOf(microUsdc(11n), A, division), "A stake of 11"],
    ["an id in upper case", () => shareOf(microUsdc(5n), A.toUpperCase(), division), "lower case"],
    ["an id that is no UUID", () => shareOf(microUsdc(5n), "a", division), "Give a UUID"],
    ["bets that don't make the pool", () => cutOf({ ...division, stakes: [] }), "sum to 0"],
    ["the same bet twice", () => cutOf(round(9n, [A, 5n], [A, 5n])), "the same id"],
    [
      "a pool beyond the largest",
      () => cutOf(round(1n, [A, MAX_POOL + 1n])),
      "The winning pool is",
    ],
    ["a negative amount", () => cutOf(round(-1n, [A, 1n])), "The distributable amount is -1"],
    ["a sum beyond the largest", () => cutOf(round(MAX_POOL + 1n, [A, 1n])), "The distributable"],
  ])("%s", (_, attempt, message) => {
    expect(attempt).toThrow(RangeError);
    expect(attempt).toThrow(message);
  });
});
