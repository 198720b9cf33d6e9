import { DomainError } from "@closebell/context";
import { transact } from "@closebell/database";
import type { ChainDeposit } from "./chain.ts";
import { reportProblem, type ChainPass } from "./chain-pass.ts";
import type { Sighting } from "./deposit-state.ts";
import { abandonScan, claimScan, finishScan, holdScan } from "./scan-claim.ts";
import { sightDeposit, type SightedDeposit } from "./sight-deposit.ts";

const sightingOf = (deposit: ChainDeposit): Sighting => {
  if (deposit.reorged === true) return "reorged";
  return deposit.confirmed ? "confirmed" : "seen";
};

const sight = (pass: ChainPass, claim: string, deposit: ChainDeposit) => {
  const { tx, log, address, amount } = deposit;
  const told = {
    chain: pass.chain.name,
    tx,
    log,
    address,
    amountMicroUsdc: amount,
    sighting: sightingOf(deposit),
  };
  return transact(pass.deps, async (work) => {
    await holdScan(work, pass, claim);
    return sightDeposit(pass.deps, work, { by: pass.by, told });
  });
};

const count = ({ deps, progress }: ChainPass, { deposit, path, lost }: SightedDeposit): void => {
  if (path.length === 0) return;
  const { id, chain, tx, state, amountMicroUsdc } = deposit;
  const fields = { depositId: id, chain, tx, state, amountMicroUsdc: amountMicroUsdc.toString() };
  if (path.at(-1) === "CREDITED") progress.deposits += 1;
  if (path.at(-1) === "REORGED") progress.reorged += 1;
  if (lost) {
    deps.log.error(fields, "the chain took back a credited deposit: house/capital bears the loss");
  } else {
    deps.log.info(fields, "deposit");
  }
};

/** Asking again would change nothing about these: the deposit is left aside and reading goes on. */
const isHopeless = (error: unknown): error is DomainError =>
  error instanceof DomainError && error.code === "DEPOSIT_CONFLICT";

/** Others' payments, and payments of nothing, which anybody can send to any address. */
const isNotOurs = (error: unknown): boolean =>
  error instanceof DomainError && error.code === "ADDRESS_UNKNOWN";

const take = async (pass: ChainPass, claim: string, deposit: ChainDeposit): Promise<void> => {
  if (deposit.amount <= 0n) return;
  try {
    const sighted = await sight(pass, claim, deposit);
    if (sighted !== undefined) count(pass, sighted);
  } catch (error) {
    if (isNotOurs(error)) return;
    if (!isHopeless(error)) throw error;
    reportProblem(pass, "deposits", error);
  }
};

/**
 * Reads the chain on from where it was left and records what it tells, each deposit in its own transaction. The place is
 * moved on only after all of them: a crash tells them again, which changes nothing.
 */
export const scanDeposits = async (pass: ChainPass): Promise<void> => {
  const mine = await claimScan(pass);
  if (mine === undefined) return;
  try {
    const page = await pass.chain.deposits(mine.cursor);
    for (const deposit of page.deposits) await take(pass, mine.claim, deposit);
    await finishScan(pass, mine.claim, page.cursor);
  } catch (error) {
    await abandonScan(pass, mine.claim);
    throw error;
  }
};
