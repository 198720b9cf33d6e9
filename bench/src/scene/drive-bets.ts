import type { By } from "@closebell/context";
import { microUsdc } from "@closebell/money";
import type { BetIntake, BetRequest } from "@closebell/rounds";
import { createHistogram } from "../stats/histogram.ts";
import type { RoundName } from "./open-rounds.ts";

/** How bets are sent: every user slot sends its next bet when the one before is answered. */
export interface Drive {
  readonly intake: Pick<BetIntake, "place">;
  /** Slot k bets for the users k, k + inFlight, k + 2 inFlight … in turn, so no user has two bets in flight. */
  readonly users: readonly string[];
  readonly inFlight: number;
  /** The round of a slot's n-th bet; the one that is open where there is none. */
  readonly roundOf?: (slot: number, n: number) => RoundName;
  /** Not counted. */
  readonly warmSeconds: number;
  /** Counted: so long, or so many bets, whichever comes first. */
  readonly seconds: number;
  readonly bets?: number;
  /** Ends it early. */
  readonly until?: AbortSignal;
}

/** What came of it. Durations in microseconds. */
export interface Driven {
  /** In all, the warm-up included. */
  readonly accepted: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

const STAKE = microUsdc(1_000_000n);

const requestOf = (
  userId: string,
  n: number,
  key: string,
  round: RoundName | undefined,
): BetRequest => {
  const by: By = {
    actor: { kind: "player", id: userId, name: userId },
    requestId: Bun.randomUUIDv7(),
  };
  const side = n % 2 === 0 ? "UP" : "DOWN";
  const request = { by, userId, side, stake: STAKE, idempotencyKey: key } as const;
  return round === undefined
    ? request
    : { ...request, market: round.market, roundCode: round.code };
};

/** Places bets as `drive` says, from this process. A bet that is refused is an error. */
export const driveBets = async (drive: Drive): Promise<Driven> => {
  const { intake, users, inFlight, roundOf, warmSeconds, seconds, bets = Infinity, until } = drive;
  const histogram = createHistogram();
  const run = Bun.randomUUIDv7();
  let accepted = 0;
  let counted = 0;
  let done = false;
  const startedAt = performance.now() + warmSeconds * 1000;
  let endedAt = 0;
  const slot = async (k: number): Promise<void> => {
    const mine = Math.floor(users.length / inFlight);
    for (let n = 0; !done; n += 1) {
      const user = users[k + (n % mine) * inFlight];
      if (user === undefined) return;
      const began = performance.now();
      await intake.place(requestOf(user, k + n, `${run}-${k}-${n}`, roundOf?.(k, n)));
      const now = performance.now();
      accepted += 1;
      if (now < startedAt) continue;
      if (done) return;
      counted += 1;
      histogram.record((now - began) * 1000);
      if (counted >= bets || now - startedAt >= seconds * 1000 || until?.aborted === true) {
        done = true;
        endedAt = now;
      }
    }
  };
  const slots = await Promise.allSettled(Array.from({ length: inFlight }, (_, k) => slot(k)));
  const failed = slots.find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
  return {
    accepted,
    perSecond: counted / ((endedAt - startedAt) / 1000),
    p50: histogram.quantile(0.5),
    p99: histogram.quantile(0.99),
  };
};
