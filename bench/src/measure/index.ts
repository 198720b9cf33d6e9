import type { Measurement } from "../stage.ts";
import { balanceReads } from "./balance-reads.ts";
import { growth } from "./growth.ts";
import { httpBets } from "./http-bets.ts";
import { loneUser } from "./lone-user.ts";
import { roundLock } from "./round-lock.ts";
import { settlement } from "./settlement.ts";
import { verbThroughput } from "./verb-throughput.ts";

/** Everything that is measured, in the order in which it is. */
export const MEASUREMENTS: readonly Measurement[] = [
  verbThroughput,
  loneUser,
  roundLock,
  growth,
  settlement,
  balanceReads,
  httpBets,
];
