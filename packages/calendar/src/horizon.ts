import type { Exchange } from "./exchange.ts";

/** The first and the last date the calendar knows of an exchange, both included. */
export const horizon = (exchange: Exchange): Exchange["horizon"] => exchange.horizon;
