import { DomainError } from "@closebell/context";
import { advanceRounds, getRound, listMarkets, type OracleDeps } from "@closebell/rounds";
import { BUSY, type Pass } from "./pass.ts";
import type { SchedulerMetrics } from "./scheduler-metrics.ts";

/** How long a round took from the moment its close could be asked for, and how it ended; undefined where it ended before. */
const settlementOf = async (
  deps: OracleDeps,
  market: string,
  code: string,
): Promise<{ readonly seconds: number; readonly state: string } | undefined> => {
  try {
    const round = await getRound(deps, { market, code });
    if (round.settledAt === null) return undefined;
    const took = round.settlesFrom.until(round.settledAt).total("seconds");
    return took < 0 ? undefined : { seconds: took, state: round.state };
  } catch (error) {
    if (error instanceof DomainError && error.code === "ROUND_NOT_FOUND") return undefined;
    throw error;
  }
};

const observe = async (
  deps: OracleDeps,
  metrics: SchedulerMetrics,
  codes: readonly string[],
): Promise<void> => {
  if (codes.length === 0) return;
  for (const market of await listMarkets(deps)) {
    for (const code of codes) {
      const settled = await settlementOf(deps, market.code, code);
      if (settled !== undefined) metrics.settled(settled.seconds, settled.state);
    }
  }
};

/** Does what is due on rounds; tells `ticked` when it has, or found another scheduler doing it. */
export const roundsPass = (
  deps: OracleDeps,
  metrics: SchedulerMetrics,
  ticked: () => void,
): Pass => ({
  name: "rounds",
  async work(by, log) {
    const advanced = await advanceRounds({ ...deps, log }, { by });
    ticked();
    return advanced === undefined ? BUSY : observe(deps, metrics, advanced.finished);
  },
});
