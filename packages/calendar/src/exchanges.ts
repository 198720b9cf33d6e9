import type { Exchange } from "./exchange.ts";
import { NASDAQ } from "./nasdaq.ts";

/** The exchanges whose sessions are known, by code. */
export const EXCHANGES = { NASDAQ };

/** The exchange a market names by its code, or undefined where there is none. */
export const findExchange = (code: string): Exchange | undefined =>
  Object.values(EXCHANGES).find((exchange) => exchange.code === code);
