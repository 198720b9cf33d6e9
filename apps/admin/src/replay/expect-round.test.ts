import { describe, expect, test } from "bun:test";
import { microUsdc } from "@closebell/money";
import { expectRound, type ExpectedBet } from "./expect-round.ts";

const bet = (n: number, side: "UP" | "DOWN", stake: bigint): ExpectedBet => ({
  id: `00000000-0000-7000-8000-00000000000${n}`,
  userId: `user-${n}`,
  side,
  stake: microUsdc(stake),
});
const idOf = (n: number): string => bet(n, "UP", 1n).id;
const returnsOf = (round: ReturnType<typeof expectRound>) => [...round.returns];

const play = (
  bets: readonly ExpectedBet[],
  previousClose: string | undefined,
  close: string | undefined,
) => expectRound({ bets, previousClose, close, feeBps: 100 });

describe("expectRound", () => {
  test("winners share the losing pool less the fee, to the unit", () => {
    const round = play([bet(1, "UP", 100n), bet(2, "UP", 200n), bet(3, "DOWN", 1_000n)], "9", "10");
    expect(round).toMatchObject({ outcome: "UP", tie: false, fee: 10n });
    expect(returnsOf(round)).toEqual([
      [idOf(1), 430n],
      [idOf(2), 860n],
    ]);
  });

  test("an equal close is DOWN, however it is written; prices are compared exactly", () => {
    const bets = [bet(1, "UP", 100n), bet(2, "DOWN", 100n)];
    expect(play(bets, "104", "104.0")).toMatchObject({ outcome: "DOWN", tie: true, fee: 1n });
    expect(play(bets, "9.9", "10")).toMatchObject({ outcome: "UP", tie: false });
    expect(play(bets, "100.10", "100.1000000000000001")).toMatchObject({ outcome: "UP" });
  });

  test("one unit more goes to the lower bet id among equal remainders", () => {
    const round = play([bet(2, "UP", 1n), bet(1, "UP", 1n), bet(3, "DOWN", 1n)], "1", "2");
    expect(round.fee).toBe(0n);
    expect(new Map(returnsOf(round))).toEqual(
      new Map([
        [idOf(1), 2n],
        [idOf(2), 1n],
      ]),
    );
  });

  test("every stake comes back without a fee: a close is missing, or nobody won", () => {
    const bets = [bet(1, "UP", 5n), bet(2, "UP", 7n)];
    for (const round of [
      play(bets, undefined, "1"),
      play(bets, "1", undefined),
      play(bets, "2", "1"),
    ]) {
      expect(round).toMatchObject({ outcome: "VOID", tie: false, fee: 0n });
      expect(returnsOf(round)).toEqual([
        [idOf(1), 5n],
        [idOf(2), 7n],
      ]);
    }
  });

  test("the closes are on a side whoever bet, and on none where one is missing", () => {
    const bets = [bet(1, "UP", 5n)];
    expect(play(bets, "2", "1")).toMatchObject({ outcome: "VOID", side: "DOWN" });
    expect(play(bets, "1", "2")).toMatchObject({ outcome: "UP", side: "UP" });
    expect(play(bets, "1", undefined).side).toBeUndefined();
  });

  test("nobody lost: stakes come back as winnings; nobody bet: it is settled with nothing to move", () => {
    const alone = play([bet(1, "UP", 5n)], "1", "2");
    expect(alone).toMatchObject({ outcome: "UP", fee: 0n });
    expect(returnsOf(alone)).toEqual([[idOf(1), 5n]]);
    expect(play([], "1", "1")).toMatchObject({ outcome: "DOWN", tie: true, fee: 0n });
  });
});
