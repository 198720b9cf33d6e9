/** Chance that a seed decides: the same seed, the same draws, in every run and on every machine. */
export interface Chance {
  /** A whole number from 0 to `n` - 1. */
  below(n: number): number;
  /** True once in `n` draws, on average. */
  oneIn(n: number): boolean;
  /** A whole amount from `least` to `most`, both included. */
  between(least: bigint, most: bigint): bigint;
}

const WORD = 2 ** 32;

/** Mulberry32 (Tommy Ettinger, public domain): 32 bits of state, plenty for players who choose a side. */
const mulberry32 = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return (word ^ (word >>> 14)) >>> 0;
  };
};

/** @param seed a whole number from 0 to 2^32 - 1 */
export const seededChance = (seed: number): Chance => {
  const word = mulberry32(seed);
  const below = (n: number): number => Math.floor((word() / WORD) * n);
  return {
    below,
    oneIn: (n) => below(n) === 0,
    between: (least, most) =>
      least + (((BigInt(word()) << 32n) | BigInt(word())) % (most - least + 1n)),
  };
};
