import type { Side } from "@closebell/rounds";
import { microUsdc, type MicroUsdc } from "@closebell/money";
import type { Chance } from "./chance.ts";

const USDC = 1_000_000n;
/** A player with less than this is broke. */
export const BROKE = USDC;
/** A player with more than this may withdraw some of it. */
const RICH = 5_000n * USDC;

/** A bet that a player wants to place. `player` is the place in the list of players. */
export interface Wish {
  readonly player: number;
  readonly side: Side;
  readonly stake: MicroUsdc;
}

/** Whole dollars as a person would stake, or any amount at all, so that shares leave remainders. */
const stakeFrom = (chance: Chance, purse: bigint): bigint => {
  const wanted = chance.oneIn(2)
    ? chance.between(1n, 50n) * USDC
    : chance.between(1n, purse / 20n + 1n);
  return wanted < purse ? wanted : purse;
};

/**
 * What everybody bets on the next round. The first player is on one side and the second on the other, so that a round
 * with several players has winners and losers; the others choose by chance and abstain one time in six. In every third
 * round somebody bets once more, on either side; once in 200 rounds nobody bets.
 */
export const wishFor = (chance: Chance, purses: readonly bigint[]): readonly Wish[] => {
  if (chance.oneIn(200)) return [];
  const left = [...purses];
  const wish = (player: number, side: Side): Wish => {
    const purse = left[player] ?? 0n;
    const stake = microUsdc(stakeFrom(chance, purse));
    left[player] = purse - stake;
    return { player, side, stake };
  };
  const sideByChance = (): Side => (chance.oneIn(2) ? "UP" : "DOWN");
  const first = sideByChance();
  const wishes = purses.flatMap((_, player): readonly Wish[] => {
    if (player === 0) return [wish(player, first)];
    if (player === 1) return [wish(player, first === "UP" ? "DOWN" : "UP")];
    return chance.oneIn(6) ? [] : [wish(player, sideByChance())];
  });
  if (chance.oneIn(3)) wishes.push(wish(chance.below(purses.length), sideByChance()));
  return wishes.filter(({ stake }) => stake > 0n);
};

/** What a broke player comes back with. */
export const topUpFor = (chance: Chance): MicroUsdc =>
  microUsdc(chance.between(50n * USDC, 500n * USDC));

/** What a player takes out now, if anything: one rich player in a hundred rounds takes part of his purse. */
export const withdrawalFor = (chance: Chance, purse: bigint): MicroUsdc | undefined =>
  chance.oneIn(100) && purse > RICH ? microUsdc(chance.between(purse / 8n, purse / 2n)) : undefined;
