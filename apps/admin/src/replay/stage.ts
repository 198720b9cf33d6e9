import type { Actor, By } from "@closebell/context";
import type { CustodyDeps } from "@closebell/custody";
import { createUser } from "@closebell/identity";
import type { BetIntake, Market, OracleDeps } from "@closebell/rounds";
import type { Chance } from "./chance.ts";
import { createExpectation, type Expectation } from "./expectation.ts";

/** Everything the service's verbs need, with the file as the source of prices. */
export type ReplayDeps = CustodyDeps & OracleDeps;

/** A player of the replay. */
export interface Player {
  readonly id: string;
  readonly actor: Actor;
}

/** What a replay plays with. */
export interface Stage {
  readonly deps: ReplayDeps;
  readonly intake: BetIntake;
  readonly market: Market;
  readonly chain: string;
  readonly operator: Actor;
  /** Approves what takes two people. */
  readonly second: Actor;
  readonly chance: Chance;
  readonly players: readonly Player[];
  readonly expected: Expectation;
}

/** Who does it, in a request of its own. */
export const byOf = (stage: Pick<Stage, "deps">, actor: Actor): By => ({
  actor,
  requestId: stage.deps.ids.uuid(),
  reason: "replay",
});

/** Creates `bettors` players in turn, so that the same seed gives them the same ids. */
export const setStage = async (
  base: Omit<Stage, "players" | "expected">,
  bettors: number,
): Promise<Stage> => {
  const players: Player[] = [];
  for (let n = 1; n <= bettors; n += 1) {
    const handle = `player-${n}`;
    const { id } = await createUser(base.deps, { by: byOf(base, base.operator), handle });
    players.push({ id, actor: { kind: "player", id, name: handle } });
  }
  return { ...base, players, expected: createExpectation(base.market.feeBps) };
};
