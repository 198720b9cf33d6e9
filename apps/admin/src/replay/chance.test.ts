import { expect, test } from "bun:test";
import { seededChance } from "./chance.ts";

const draws = (seed: number): readonly (number | bigint | boolean)[] => {
  const chance = seededChance(seed);
  return Array.from({ length: 100 }, (_, n) => {
    if (n % 3 === 0) return chance.below(1000);
    return n % 3 === 1 ? chance.oneIn(2) : chance.between(1n, 10n ** 15n);
  });
};

test("the same seed draws the same, another seed something else", () => {
  expect(draws(1)).toEqual(draws(1));
  expect(draws(1)).not.toEqual(draws(2));
  expect(draws(2 ** 32 - 1)).toEqual(draws(2 ** 32 - 1));
});

test("draws stay within their bounds, reach both, and are spread", () => {
  const chance = seededChance(7);
  const dice = Array.from({ length: 6000 }, () => chance.below(6));
  for (let face = 0; face < 6; face += 1) {
    const share = dice.filter((value) => value === face).length;
    expect(share).toBeGreaterThan(800);
    expect(share).toBeLessThan(1200);
  }
  const amounts = new Set(Array.from({ length: 200 }, () => chance.between(3n, 5n)));
  expect(amounts).toEqual(new Set([3n, 4n, 5n]));
  expect(chance.between(9n, 9n)).toBe(9n);
  const hits = Array.from({ length: 5000 }, () => chance.oneIn(50)).filter(Boolean).length;
  expect(hits).toBeGreaterThan(50);
  expect(hits).toBeLessThan(150);
});
