import type { ChainPass } from "./chain-pass.ts";
import type { OwnAddresses } from "./own-addresses.ts";
import type { SightedDeposit } from "./sight-deposit.ts";

/** What a reading brought: deposits that are new, and that went on to which state. */
export interface ScanTally {
  seen: number;
  confirmed: number;
  credited: number;
  suspended: number;
  reorged: number;
}

/** One reading of a chain, by who holds the claim to it. */
export interface Scan {
  readonly pass: ChainPass;
  readonly claim: string;
  readonly own: OwnAddresses;
  readonly tally: ScanTally;
}

/** Where a reading begins. */
export const noTally = (): ScanTally => ({
  seen: 0,
  confirmed: 0,
  credited: 0,
  suspended: 0,
  reorged: 0,
});

/** Counts and logs what became of a deposit. */
export const tallyDeposit = (
  { pass, tally }: Scan,
  { deposit, path, fresh, lost }: SightedDeposit,
): void => {
  if (fresh) tally.seen += 1;
  if (path.includes("CONFIRMED")) tally.confirmed += 1;
  const last = path.at(-1);
  if (last === "CREDITED") tally.credited += 1;
  if (last === "SUSPENDED") tally.suspended += 1;
  if (last === "REORGED") tally.reorged += 1;
  if (last === undefined) return;
  const { id, chain, tx, state, amountMicroUsdc } = deposit;
  const fields = { depositId: id, chain, tx, state, amountMicroUsdc: amountMicroUsdc.toString() };
  const { log } = pass.deps;
  if (lost)
    log.error(fields, "the chain took back a credited deposit: house/capital bears the loss");
  else log.info(fields, "deposit");
};

/** Adds what a reading brought to what the pass did. */
export const addToProgress = ({ progress }: ChainPass, tally: ScanTally): void => {
  progress.deposits += tally.credited;
  progress.reorged += tally.reorged;
};
