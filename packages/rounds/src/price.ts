/** A price as an exact decimal: `units` / 10^`scale`. */
interface Decimal {
  readonly units: bigint;
  readonly scale: number;
}

const FORM = /^(-?)(\d{1,18})(?:\.(\d{1,18}))?$/;

const parse = (text: string): Decimal | undefined => {
  const match = FORM.exec(text);
  if (match === null) return undefined;
  const [, sign = "", whole = "", fraction = ""] = match;
  return { units: BigInt(`${sign}${whole}${fraction}`), scale: fraction.length };
};

const rescale = (price: Decimal, scale: number): bigint =>
  price.units * 10n ** BigInt(scale - price.scale);

const align = (a: string, b: string): readonly [bigint, bigint] => {
  const [left, right] = [parse(a), parse(b)];
  if (left === undefined || right === undefined) {
    throw new RangeError(`${left === undefined ? a : b} is no decimal price.`);
  }
  const scale = Math.max(left.scale, right.scale);
  return [rescale(left, scale), rescale(right, scale)];
};

/** True for an exact decimal above zero, without exponent, sign or spaces. */
export const isPositivePrice = (text: string): boolean => (parse(text)?.units ?? 0n) > 0n;

/** -1, 0 or 1 as `a` is below, equal to or above `b`, exactly: "1.10" equals "1.1". @throws RangeError */
export const comparePrices = (a: string, b: string): -1 | 0 | 1 => {
  const [left, right] = align(a, b);
  if (left === right) return 0;
  return left < right ? -1 : 1;
};

/** Two closes of a source: what its price moved from and to. */
export interface Move {
  readonly previous: string;
  readonly close: string;
}

/** -1, 0 or 1 as `a` moved less, as much or more than `b`, each by its own measure: close over previous. @throws RangeError */
export const compareMoves = (a: Move, b: Move): -1 | 0 | 1 => {
  const [closeA, previousA] = align(a.close, a.previous);
  const [closeB, previousB] = align(b.close, b.previous);
  const [left, right] = [closeA * previousB, closeB * previousA];
  if (left === right) return 0;
  return left < right ? -1 : 1;
};

/** True where the move from `previous` to `close` is above `guardBps` of `previous`. @throws RangeError */
export const exceedsGuard = (previous: string, close: string, guardBps: number): boolean => {
  const [before, after] = align(previous, close);
  const move = after > before ? after - before : before - after;
  return move * 10_000n > before * BigInt(guardBps);
};
