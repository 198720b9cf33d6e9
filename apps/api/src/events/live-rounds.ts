import { currentRounds, getRound, settlingRounds } from "@closebell/rounds";
import type { Deps } from "@closebell/database";
import { presentCurrent, presentRound } from "../presenters/round.ts";
import type { Simulated } from "../presenters/simulated.ts";
import type { LiveSource } from "./live-source.ts";

const FINISHED = new Set(["SETTLED", "VOID"]);

/** How far the payment of a round is that is settling. */
const settlingPart = async (deps: Pick<Deps, "database">, market: string, code: string) => {
  const found = (await settlingRounds(deps)).find(
    (one) => one.market === market && one.code === code,
  );
  if (found === undefined) return {};
  const { bets, paid } = found;
  const data = JSON.stringify({ market, code, bets: Number(bets), paid: Number(paid) });
  return { settling: { version: data, data } };
};

/**
 * One round: `state` with the whole round when anything but its pools changed, `pools` when they did, `settling` while it
 * is paid.
 */
export const liveRound = (
  deps: Pick<Deps, "database">,
  simulated: Simulated,
  { market, code }: { readonly market: string; readonly code: string },
): LiveSource => ({
  key: `round/${market}/${code}`,
  async read() {
    const round = presentRound(await getRound(deps, { market, code }), simulated);
    const { poolUpMicroUsdc, poolDownMicroUsdc, betsUp, betsDown, ...rest } = round;
    const snapshot = JSON.stringify(round);
    const pools = JSON.stringify({
      market,
      code,
      poolUpMicroUsdc,
      poolDownMicroUsdc,
      betsUp,
      betsDown,
    });
    return {
      snapshot,
      parts: {
        state: { version: JSON.stringify(rest), data: snapshot },
        pools: { version: pools, data: pools },
        ...(round.state === "SETTLING" ? await settlingPart(deps, market, code) : {}),
      },
      finished: FINISHED.has(round.state),
    };
  },
  concernedBy(event) {
    if (event.type === "clock.moved") return "now";
    if (event.type === "custody.moved" || event.type === "credential.revoked") return "no";
    if (event.market !== market || event.round !== code) return "no";
    return event.type === "round.state" ? "now" : "soon";
  },
});

/** A market: `current` with what GET /rounds/current answers whenever that changed. */
export const liveMarket = (
  deps: Pick<Deps, "database">,
  simulated: Simulated,
  { market }: { readonly market: string },
): LiveSource => ({
  key: `market/${market}`,
  async read() {
    const data = JSON.stringify(presentCurrent(await currentRounds(deps, { market }), simulated));
    return { snapshot: data, parts: { current: { version: data, data } }, finished: false };
  },
  concernedBy(event) {
    if (event.type === "clock.moved") return "now";
    if (event.type === "custody.moved" || event.type === "credential.revoked") return "no";
    if (event.market !== market) return "no";
    return event.type === "round.state" ? "now" : "soon";
  },
});
