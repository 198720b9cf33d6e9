import { DomainError } from "@closebell/context";
import { transact, type Work } from "@closebell/database";
import type { ChainTransfer } from "./chain.ts";
import { reportProblem } from "./chain-pass.ts";
import { holdScan } from "./scan-claim.ts";
import { tallyDeposit, type Scan } from "./scan-tally.ts";
import { sightDeposit } from "./sight-deposit.ts";
import { sightFunding } from "./sight-funding.ts";

/** Told, in the same transaction, of a transfer that nobody had told of before. */
export type OnFresh = (work: Work, transfer: ChainTransfer) => Promise<void>;

const takeDeposit = async (scan: Scan, transfer: ChainTransfer, onFresh: OnFresh) => {
  const { pass, claim } = scan;
  const { tx, log, to, amount, block } = transfer;
  const told = { chain: pass.chain.name, tx, log, address: to, amountMicroUsdc: amount, block };
  const sighted = await transact(pass.deps, async (work) => {
    await holdScan(work, pass, claim);
    const { by } = pass;
    const result = await sightDeposit(pass.deps, work, {
      by,
      told,
      sighting: "seen",
      small: false,
    });
    if (result.fresh) await onFresh(work, transfer);
    return result;
  });
  tallyDeposit(scan, sighted);
};

const takeFunding = async ({ pass, claim }: Scan, transfer: ChainTransfer, onFresh: OnFresh) => {
  const { deps, by, chain } = pass;
  const { fresh } = await transact(deps, async (work) => {
    await holdScan(work, pass, claim);
    const result = await sightFunding(deps, work, { by, chain: chain.name, told: transfer });
    if (result.fresh) await onFresh(work, transfer);
    return result;
  });
  if (!fresh) return;
  const { tx, to, amount } = transfer;
  const fields = { chain: chain.name, tx, to, amountMicroUsdc: amount.toString() };
  deps.log.info(fields, "money from outside for a wallet of the house");
};

/** Asking again would change nothing about these: the transfer is left aside and reading goes on. */
const isHopeless = (error: unknown): boolean =>
  error instanceof DomainError && error.code === "DEPOSIT_CONFLICT";

const nothing: OnFresh = () => Promise.resolve();

/**
 * Records the transfers of a page, each in its own transaction: a crash tells them again, which changes nothing. What moves
 * between our own addresses is neither a deposit nor a funding.
 */
export const takeTransfers = async (
  scan: Scan,
  transfers: readonly ChainTransfer[],
  onFresh: OnFresh = nothing,
): Promise<void> => {
  if (transfers.length === 0) return;
  const ours = await scan.own.ours([...new Set(transfers.flatMap(({ from, to }) => [from, to]))]);
  for (const transfer of transfers) {
    if (ours.has(transfer.from) || !ours.has(transfer.to)) continue;
    const take = scan.own.isHouse(transfer.to) ? takeFunding : takeDeposit;
    try {
      await take(scan, transfer, onFresh);
    } catch (error) {
      if (!isHopeless(error)) throw error;
      reportProblem(scan.pass, "deposits", error);
    }
  }
};
