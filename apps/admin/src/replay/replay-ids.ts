import type { Ids } from "@closebell/context";

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0");

/**
 * Ids of UUIDv7's form that count up from a seed: shares of equal remainder go by bet id, so a replay that is to come
 * out the same must name its bets the same. None is a system actor's id, whatever the seed.
 * @param seed a whole number from 0 to 2^32 - 1
 */
export const replayIds = (seed: number): Ids => {
  let n = 0;
  return {
    uuid: () => {
      n += 1;
      return `${hex(seed, 8)}-${hex(Math.floor(n / 2 ** 32), 4)}-7000-9000-${hex(n, 12)}`;
    },
  };
};
