import { expect, test } from "bun:test";
import * as fc from "fast-check";
import {
  allocate,
  cutOf,
  MAX_POOL,
  microUsdc,
  payoutOf,
  shareOf,
  type WinningBet,
} from "./index.ts";
import { type DecidedRound, decidedRounds } from "./testing.ts";

interface PaidBet extends WinningBet {
  readonly share: bigint;
  readonly payout: bigint;
}

const payOut = (round: DecidedRound): readonly PaidBet[] => {
  const division = { ...round, cut: cutOf(round) };
  return round.stakes.map(({ id, stake }) => {
    const payout = payoutOf(stake, id, division);
    return { id, stake, share: payout - stake, payout };
  });
};

const always = (name: string, holds: (round: DecidedRound) => void): void =>
  test(name, () => fc.assert(fc.property(decidedRounds, holds), { numRuns: 500 }));

always("payouts and fee together are both pools, to the unit", (round) => {
  const paid = payOut(round).reduce((sum, { payout }) => sum + payout, 0n);
  expect(paid + round.fee).toBe(round.winningPool + round.losingPool);
});

always("no winner gets less than the stake", (round) => {
  for (const { stake, payout } of payOut(round)) expect(payout >= stake).toBe(true);
});

always("a bigger stake never gets a smaller share; equal ones differ by 1 at most", (round) => {
  const bets = payOut(round);
  for (const a of bets) {
    for (const b of bets) {
      if (a.stake > b.stake) expect(a.share >= b.share).toBe(true);
      if (a.stake === b.stake) expect([-1n, 0n, 1n]).toContain(a.share - b.share);
    }
  }
});

always("every share is within one unit of the exact one", (round) => {
  for (const { stake, share } of payOut(round)) {
    const excess = share * round.winningPool - stake * round.distributable;
    expect(excess < round.winningPool && excess + round.winningPool > 0n).toBe(true);
  }
});

always("all rounded up have a larger remainder than any rounded down, or the lower id", (round) => {
  const bets = payOut(round).map(({ id, stake, share }) => {
    const exact = stake * round.distributable;
    return { id, remainder: exact % round.winningPool, up: share > exact / round.winningPool };
  });
  for (const up of bets.filter((bet) => bet.up)) {
    for (const down of bets.filter((bet) => !bet.up)) {
      const lowerId = up.remainder === down.remainder && up.id < down.id;
      expect(up.remainder > down.remainder || lowerId).toBe(true);
    }
  }
});

always("the order in which bets come changes nothing", (round) => {
  const sorted = round.stakes.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const shares = allocate({ ...round, stakes: sorted.toReversed() });
  expect(cutOf({ ...round, stakes: sorted })).toEqual(cutOf(round));
  expect(Object.fromEntries(shares)).toEqual(Object.fromEntries(allocate(round)));
});

always(
  "a bet's share by pools and cut alone is what handing out unit by unit gives it",
  (round) => {
    const { stakes, winningPool, distributable } = round;
    const cut = cutOf(round);
    const whole = stakes.reduce(
      (sum, { stake }) => sum + (stake * distributable) / winningPool,
      0n,
    );
    const extra = new Set<string>();
    while (whole + BigInt(extra.size) < distributable) {
      const [next] = stakes
        .filter(({ id }) => !extra.has(id))
        .map(({ id, stake }) => ({ id, remainder: (stake * distributable) % winningPool }))
        .toSorted((a, b) => Number(b.remainder - a.remainder) || a.id.localeCompare(b.id, "en"));
      extra.add(next?.id ?? "nobody left");
    }
    for (const { id, stake } of stakes) {
      const share = (stake * distributable) / winningPool + (extra.has(id) ? 1n : 0n);
      expect(shareOf(stake, id, { winningPool, distributable, cut })).toBe(microUsdc(share));
    }
  },
);

always("the cut is a remainder that its bet has, and fits int8", (round) => {
  const cut = cutOf(round);
  if (cut === null) return;
  const bet = round.stakes.find(({ id }) => id === cut.id);
  expect(((bet?.stake ?? 0n) * round.distributable) % round.winningPool).toBe(cut.remainder);
  expect(cut.remainder > 0n && cut.remainder < round.winningPool).toBe(true);
});

test("adding to a stake never lowers its payout, though every remainder changes", () => {
  fc.assert(
    fc.property(decidedRounds, fc.bigInt({ min: 1n, max: 10n }), (round, more) => {
      const [first, ...others] = round.stakes;
      if (first === undefined || round.winningPool + more > MAX_POOL) return;
      const raised: DecidedRound = {
        ...round,
        winningPool: microUsdc(round.winningPool + more),
        stakes: [{ id: first.id, stake: microUsdc(first.stake + more) }, ...others],
      };
      const [before, after] = [payOut(round)[0], payOut(raised)[0]];
      expect((after?.payout ?? -1n) >= (before?.payout ?? 0n)).toBe(true);
    }),
    { numRuns: 500 },
  );
});
