import { openDatabase } from "@closebell/database";
import { createBetIntake, lockRound } from "@closebell/rounds";
import { arm, interleave } from "../interleave.ts";
import type { Figure } from "../report/figure.ts";
import { createBettingTemplate } from "../scene/betting-template.ts";
import { driveBets } from "../scene/drive-bets.ts";
import { consentTo } from "../scene/consent.ts";
import { copyHouse, type House } from "../scene/house.ts";
import type { RoundName } from "../scene/open-rounds.ts";
import type { Measurement, Stage } from "../stage.ts";
import { summarize } from "../stats/summary.ts";

const CONNECTIONS = 8;

/** Seconds from asking for the lock to its commit. */
const lock = async ({ runtime, by }: House, round: RoundName): Promise<number> => {
  const attempt = () => lockRound(runtime, { by, market: round.market, code: round.code });
  await consentTo(runtime, attempt);
  const began = performance.now();
  await attempt();
  return (performance.now() - began) / 1000;
};

const codeOf = (error: unknown): unknown =>
  error instanceof Error && "code" in error ? error.code : undefined;

/** Bets on `round` from one connection of its own, until the round is locked. */
const saturate = async (
  house: House,
  round: RoundName,
  options: { readonly stripe: number; readonly users: readonly string[] },
): Promise<void> => {
  const { stripe, users } = options;
  const database = openDatabase({ url: house.url, max: 1, applicationName: "bench" });
  const intake = createBetIntake({ ...house.runtime, database }, { stripe });
  try {
    const roundOf = () => round;
    const inFlight = users.length;
    await driveBets({ intake, users, inFlight, roundOf, warmSeconds: 0, seconds: 60 });
    throw new Error("bets were still accepted after the lock");
  } catch (error) {
    if (codeOf(error) !== "ROUND_NOT_OPEN") throw error;
  } finally {
    await intake.close();
    await database.close();
  }
};

const lockBusy = async (
  house: House,
  round: RoundName,
  users: readonly string[],
  warmSeconds: number,
): Promise<number> => {
  const senders = Array.from({ length: CONNECTIONS }, (_, stripe) =>
    saturate(house, round, { stripe, users: users.filter((__, n) => n % CONNECTIONS === stripe) }),
  );
  const settled = Promise.all(senders);
  await Bun.sleep(warmSeconds * 1000 + 500);
  const seconds = await lock(house, round);
  await settled;
  return seconds;
};

const run = async (stage: Stage): Promise<readonly Figure[]> => {
  const { concurrentUsers, warmSeconds, repetitions } = stage.sizes;
  const samples = repetitions * 2;
  const template = await createBettingTemplate(stage, { users: concurrentUsers, rounds: samples });
  await using house = await copyHouse(stage, template.url);
  const rounds = template.rounds.values();
  const next = (): RoundName => {
    const { value } = rounds.next();
    if (value === undefined) throw new Error("no round is left to lock");
    return value;
  };
  const idle = arm("idle", () => lock(house, next()));
  const busy = arm(`${CONNECTIONS} saturating connections`, () =>
    lockBusy(house, next(), template.users, warmSeconds),
  );
  await interleave(stage, [idle, busy]);
  await house.audit();
  const [ours, theirs] = [summarize(busy.samples), summarize(idle.samples)];
  return [{ line: "lock/busy", value: Math.max(...busy.samples), ours, theirs, measuredIn: "s" }];
};

export const roundLock: Measurement = {
  part: "bets",
  title: "locking a round under load",
  seconds: 15,
  run,
};
