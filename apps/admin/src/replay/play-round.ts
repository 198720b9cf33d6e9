import { DomainError } from "@closebell/context";
import { moveClock, withConsent } from "@closebell/database";
import { advanceRounds, getRound, settleRound } from "@closebell/rounds";
import { moveMoney } from "./move-money.ts";
import { wishFor } from "./players.ts";
import type { PlannedSession } from "./session-plan.ts";
import { byOf, type Stage } from "./stage.ts";

/**
 * Everybody who wants to bets on the round of `session`, all at once. The bets name it: some that were first sent to the round
 * before it would come out of turn, and shares of equal remainder go by bet id.
 */
export const placeBets = async (stage: Stage, session: PlannedSession): Promise<void> => {
  const { chance, deps, expected, intake, players } = stage;
  const wishes = wishFor(
    chance,
    players.map(({ id }) => expected.available(id)),
  );
  const receipts = await Promise.all(
    wishes.flatMap(({ player, side, stake }) => {
      const who = players[player];
      if (who === undefined) return [];
      const request = { by: byOf(stage, who.actor), idempotencyKey: deps.ids.uuid() };
      const bet = { userId: who.id, roundCode: session.code, side, stake };
      return [intake.place({ ...request, ...bet })];
    }),
  );
  for (const { bet } of receipts) {
    if (bet.roundCode !== session.code) {
      throw new DomainError(
        "INTERNAL",
        `A bet meant for round ${session.code} went to ${bet.roundCode}.`,
      );
    }
    expected.bet(session.code, bet);
  }
};

const moveTo = async (stage: Stage, to: Temporal.Instant): Promise<void> => {
  await moveClock(stage.deps, { by: byOf(stage, stage.operator), to });
};

const advance = async (stage: Stage): Promise<readonly string[]> => {
  const advanced = await advanceRounds(stage.deps, { by: byOf(stage, stage.operator) });
  return advanced?.finished ?? [];
};

/** A move above the guard waits for two operators, whom the replay plays: the file is right. */
const settleHeld = async (stage: Stage, code: string, result: "UP" | "DOWN"): Promise<boolean> => {
  const { heldReason } = await getRound(stage.deps, { market: stage.market.code, code });
  if (heldReason === null) return false;
  const by = { ...byOf(stage, stage.operator), reason: `held (${heldReason}); the file says so` };
  await withConsent(stage.deps, { ...by, actor: stage.second }, () =>
    settleRound(stage.deps, { by, market: stage.market.code, code, result }),
  );
  return true;
};

/**
 * Plays the round of a session, whose bets are placed, to its end: money moves; the lock passes, and everybody bets on
 * `next` while rounds advance, since bets go by the clock; the close is asked for, and again after the grace where the
 * file lacks it.
 * @throws DomainError INTERNAL where the service does not finish the round
 */
export const playRound = async (
  stage: Stage,
  session: PlannedSession,
  next: PlannedSession | undefined,
): Promise<void> => {
  const { code, times } = session;
  await moveMoney(stage);
  await moveTo(stage, times.lockAt);
  await Promise.all([advance(stage), next === undefined ? undefined : placeBets(stage, next)]);
  await moveTo(stage, times.settlesFrom);
  const settled = await advance(stage);
  const { outcome, side } = stage.expected.settle(session);
  if (settled.includes(code)) return;
  if (side !== undefined && (await settleHeld(stage, code, side))) return;
  await moveTo(stage, times.graceEndsAt);
  const voided = await advance(stage);
  if (voided.includes(code)) return;
  const { state, heldReason } = await getRound(stage.deps, { market: stage.market.code, code });
  throw new DomainError(
    "INTERNAL",
    `Round ${code} is ${state}${heldReason === null ? "" : ` (held: ${heldReason})`} after its grace, where ${outcome} was expected.`,
  );
};
