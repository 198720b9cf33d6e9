import { createHash } from "node:crypto";

/** Which walk, and where on it. Dates are all of the calendar's, sessions or not. */
export interface WalkPoint {
  readonly seed: string;
  readonly symbol: string;
  readonly date: Temporal.PlainDate;
}

const BASE_CENTS = 2_000_000;
const EPOCH = Temporal.PlainDate.from("1970-01-01");

/**
 * Waves of noise over each other, as [length in days, height in cents]. Heights grow with the square root of the length,
 * which is how a random walk looks. At worst they move the price by 2.8 % in a day and keep it 43 % around its base, far
 * inside the guard of a market.
 */
const WAVES: readonly (readonly [number, number])[] = [
  [1, 8_000],
  [2, 11_300],
  [4, 16_000],
  [8, 22_600],
  [16, 32_000],
  [32, 45_200],
  [64, 64_000],
  [128, 90_500],
  [256, 128_000],
  [512, 181_000],
  [1024, 256_000],
];

/** A whole number from -2^31 to 2^31 - 1 that looks random and is always the same for `key`. */
const noise = (key: string): number => createHash("sha256").update(key).digest().readInt32BE(0);

const waveAt = (walk: string, day: number, length: number, height: number): number => {
  const step = Math.floor(day / length);
  const into = day - step * length;
  const from = noise(`${walk}/${length}/${step}`);
  const to = noise(`${walk}/${length}/${step + 1}`);
  const between = from * (length - into) + to * into;
  return Math.trunc((between * height) / (length * 2 ** 31));
};

/**
 * The simulated close of a date: an exact decimal with two digits, around 20,000, that wanders like an index. A pure
 * function of seed, symbol and date, so that the answer is the same tomorrow, elsewhere and in any order of asking.
 */
export const walkClose = ({ seed, symbol, date }: WalkPoint): string => {
  const day = EPOCH.until(date, { largestUnit: "day" }).days;
  const walk = `${seed}/${symbol}`;
  let cents = BASE_CENTS;
  for (const [length, height] of WAVES) cents += waveAt(walk, day, length, height);
  const digits = String(cents).padStart(3, "0");
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
};
