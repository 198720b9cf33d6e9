/** A defect planted on purpose: with it, the tests named must fail. Without it they must pass. */
export interface Mutant {
  /** What it gets wrong, in words. */
  readonly name: string;
  readonly file: string;
  /** Exact text that occurs once in `file`, and what stands there instead. */
  readonly find: string;
  readonly replace: string;
  /** `bun test FILE` for a pure test, `bun scripts/test.ts FILE` for one that needs servers. */
  readonly tests: string;
}

const mutantsOf =
  (file: string, tests: string) =>
  (name: string, find: string, replace: string): Mutant => ({ name, file, find, replace, tests });

const fee = mutantsOf("packages/money/src/fee.ts", "bun test packages/money/src/fee.test.ts");
const allocation = mutantsOf(
  "packages/money/src/allocation.ts",
  "bun test packages/money/src/allocation.test.ts",
);
const quote = mutantsOf("packages/money/src/quote.ts", "bun test packages/money/src/quote.test.ts");

const outcome = mutantsOf(
  "packages/rounds/src/decide-outcome.ts",
  "bun test packages/rounds/src/judge.test.ts",
);
const price = mutantsOf(
  "packages/rounds/src/price.ts",
  "bun test packages/rounds/src/judge.test.ts",
);
const placing = mutantsOf(
  "packages/rounds/migrations/0007_protection.sql",
  "bun scripts/test.ts packages/rounds/src/bets.int.test.ts -t instant|balance",
);
const sharing = mutantsOf(
  "packages/rounds/migrations/0000_rounds.sql",
  "bun scripts/test.ts packages/rounds/src/settlement.int.test.ts -t alike",
);
const cutting = mutantsOf(
  "packages/rounds/migrations/0004_settle_by_user.sql",
  "bun scripts/test.ts packages/rounds/src/settlement.int.test.ts -t alike",
);

export const MUTANTS: readonly Mutant[] = [
  fee("fee: rounded up", "BigInt(feeBps)) /", "BigInt(feeBps) + 9_999n) /"),
  fee("fee: basis points of 1000", "BASIS_POINTS = 10_000", "BASIS_POINTS = 1_000"),
  fee("fee: a negative one is taken", "feeBps < 0", "feeBps < -1"),

  allocation("remainder: the smallest first", "claim.remainder > cut", "claim.remainder < cut"),
  allocation(
    "remainder: every equal one rounds up",
    "claim.remainder > cut",
    "claim.remainder >= cut",
  ),
  allocation("remainder: ties go to the higher id", "claim.id <= cut.id", "claim.id >= cut.id"),
  allocation("remainder: the cut's own bet misses out", "claim.id <= cut.id", "claim.id < cut.id"),
  allocation("remainder: one unit too many", "Number(extraUnits) - 1", "Number(extraUnits)"),
  allocation("remainder: left over as dust", "(extra ? 1n : 0n)", "0n"),
  allocation("payout: without the stake", "microUsdc(stake + shareOf", "microUsdc(shareOf"),
  allocation("one-sided: money for nobody vanishes", "distributable > 0n", "distributable < 0n"),

  quote("one-sided: told of the wrong side", "oneSided: other", "oneSided: own"),
  quote("quote: sides swapped", 'side === "UP"', 'side === "DOWN"'),
  quote("quote: fee on the stake's own side", "feeOf(other", "feeOf(own"),
  quote("quote: the stake doesn't join its pool", ") / winningPool", ") / (own || 1n)"),

  outcome("tie: UP", "previousClose) > 0", "previousClose) >= 0"),
  outcome("tie: the sides swapped", "previousClose) > 0", "previousClose) < 0"),
  outcome("outcome: nobody right is not void", "losing > 0n", "losing < 0n"),
  price("guard: the limit itself is too much", "10_000n > before", "10_000n >= before"),
  placing("lock: the lock's own instant takes a bet", "v_now >= v_round", "v_now > v_round"),
  placing("bet: more than the balance", "> l.balance", "> l.balance + 1"),
  sharing("remainder in SQL: ties to the higher id", "p_bet <= p_cut_bet", "p_bet >= p_cut_bet"),
  cutting(
    "remainder in SQL: one unit too many",
    "select c.extra - c.above, c.band",
    "select c.extra - c.above + 1, c.band",
  ),
];
