import { type Database, snapshot } from "@closebell/database";
import { balancesOf } from "@closebell/ledger";
import { roundTotals, type RoundTotals } from "@closebell/rounds";
import type { Expectation, ReplayTotals } from "./expectation.ts";

/** The database's totals, in the words of a replay. */
export const totalsOf = (found: RoundTotals): ReplayTotals => ({
  rounds: Number(found.rounds),
  up: Number(found.up),
  down: Number(found.down),
  void: Number(found.voided),
  ties: Number(found.ties),
  bets: Number(found.bets),
  staked: found.stakedMicroUsdc,
  paid: found.paidMicroUsdc,
  fees: found.feesMicroUsdc,
  refunded: found.refundedMicroUsdc,
});

/** Where the books differ from what the rules alone say, in words; empty when they agree. */
export const differencesOf = (
  expected: { readonly totals: ReplayTotals; readonly balances: ReadonlyMap<string, bigint> },
  found: { readonly totals: ReplayTotals; readonly balances: ReadonlyMap<string, bigint> },
): readonly string[] => {
  const wanted = new Map<string, number | bigint>(Object.entries(expected.totals));
  const has = new Map<string, number | bigint>(Object.entries(found.totals));
  for (const [code, balance] of expected.balances) wanted.set(code, balance);
  for (const [code, balance] of found.balances) has.set(code, balance);
  return [...wanted]
    .filter(([name, value]) => has.get(name) !== value)
    .map(([name, value]) => `${name} is ${has.get(name) ?? "missing"}, expected ${value}`);
};

/** Reads totals and balances from the database and compares them with what was expected. */
export const compareBooks = async (
  deps: { readonly database: Database },
  market: string,
  expected: Expectation,
): Promise<{ readonly totals: ReplayTotals; readonly differences: readonly string[] }> => {
  const totals = totalsOf(await roundTotals(deps, { market }));
  const wanted = expected.balances();
  const balances = await snapshot(deps, (tx) => balancesOf(tx, [...wanted.keys()]));
  const differences = differencesOf(
    { totals: expected.totals(), balances: wanted },
    { totals, balances },
  );
  return { totals, differences };
};
