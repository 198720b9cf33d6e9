import { expect, test } from "bun:test";
import fc from "fast-check";
import { seededChance } from "./chance.ts";
import { BROKE, topUpFor, wishFor, withdrawalFor } from "./players.ts";

const purse = fc.bigInt({ min: 0n, max: 10n ** 13n });

test("nobody bets more than he has, and nobody bets nothing", () => {
  fc.assert(
    fc.property(fc.nat(), fc.array(purse, { maxLength: 30 }), (seed, purses) => {
      const left = [...purses];
      for (const { player, stake } of wishFor(seededChance(seed), purses)) {
        expect(stake).toBeGreaterThanOrEqual(1n);
        left[player] = (left[player] ?? 0n) - stake;
      }
      expect(left.every((amount) => amount >= 0n)).toBe(true);
    }),
  );
});

test("two players with money are on both sides, whenever anybody bets", () => {
  fc.assert(
    fc.property(fc.nat(), fc.array(purse, { minLength: 2, maxLength: 20 }), (seed, others) => {
      const wishes = wishFor(seededChance(seed), [BROKE, BROKE, ...others]);
      const sides = new Set(wishes.map(({ side }) => side));
      expect(sides.size).toBe(wishes.length === 0 ? 0 : 2);
    }),
  );
});

test("a withdrawal is part of the purse of a rich player, a top-up ends being broke", () => {
  fc.assert(
    fc.property(fc.nat(), purse, (seed, has) => {
      const chance = seededChance(seed);
      const amount = withdrawalFor(chance, has);
      if (amount !== undefined) {
        expect(amount).toBeGreaterThan(0n);
        expect(amount).toBeLessThanOrEqual(has / 2n);
      }
      expect(topUpFor(chance)).toBeGreaterThanOrEqual(BROKE);
    }),
  );
});
