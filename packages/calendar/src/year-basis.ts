import { BeyondHorizon } from "./beyond-horizon.ts";
import type { Exchange, YearBasis } from "./exchange.ts";

/**
 * How the sessions of a year are known.
 * @throws BeyondHorizon for a year that is not
 */
export const yearBasis = (exchange: Exchange, year: number): YearBasis => {
  const basis = exchange.years.find(({ from, to }) => from <= year && year <= to);
  if (basis === undefined) throw new BeyondHorizon(exchange, String(year));
  return basis;
};
