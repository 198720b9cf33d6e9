import { DomainError, type By } from "@closebell/context";
import { askChain } from "./ask-chain.ts";
import type { BlockRef } from "./block-ref.ts";
import type { Chain, ChainHead } from "./chain.ts";
import { noProgress, type ChainPass } from "./chain-pass.ts";
import { chainNamed, type CustodyDeps } from "./custody-deps.ts";
import { judgeDeposits } from "./judge-deposits.ts";
import { judgeFundings } from "./judge-fundings.ts";
import { ownAddresses } from "./own-addresses.ts";
import { MAX_PAGE, readPages } from "./read-pages.ts";
import { claimScan, keepScan, whileHeld, type ScanClaim } from "./scan-claim.ts";
import { readOn } from "./scan-deposits.ts";
import { noTally, type Scan, type ScanTally } from "./scan-tally.ts";
import { takeTransfers } from "./take-transfers.ts";

/** Which blocks of which chain to read. */
export interface ScanChain {
  readonly by: By;
  readonly chain: string;
  /** The first block; left out with `to`: on from where the last reading ended. */
  readonly from?: bigint | undefined;
  /** The last block; default: the newest. */
  readonly to?: bigint | undefined;
}

/** Which blocks were read, and what became of deposits through it. */
export interface ChainScanned extends Readonly<ScanTally> {
  readonly from: bigint;
  readonly to: bigint;
}

/** A scheduler reads for a moment each second: waits for it to end. */
const claimSoon = async (pass: ChainPass): Promise<ScanClaim> => {
  for (let tries = 0; tries < 40; tries += 1) {
    const mine = await claimScan(pass);
    if (mine !== undefined) return mine;
    await Bun.sleep(250);
  }
  throw new DomainError(
    "CHAIN_UNAVAILABLE",
    `Another process is reading ${pass.chain.name} and has not ended yet. Try again.`,
    { retryAfterSeconds: 30 },
  );
};

const lastOf = async (chain: Chain, { latest }: ChainHead, to: bigint): Promise<BlockRef> => {
  const block = to <= latest.number ? await chain.blockAt(to) : undefined;
  if (block !== undefined) return block;
  throw new DomainError("VALIDATION_FAILED", `Block ${to} is not there yet.`, {
    errors: [{ pointer: "/to", detail: `must not be above ${latest.number}` }],
  });
};

const readRange = async (
  scan: Scan,
  { place }: ScanClaim,
  head: ChainHead,
  range: { readonly from: bigint; readonly to: bigint },
): Promise<void> => {
  const { pass, claim, own } = scan;
  if (range.from > range.to) {
    throw new DomainError("VALIDATION_FAILED", "The first block must not be above the last.", {
      errors: [{ pointer: "/from", detail: `must not be above ${range.to}` }],
    });
  }
  const to = await lastOf(pass.chain, head, range.to);
  const keepSize = (blocks: number) => keepScan(pass, claim, { ...place, pageBlocks: blocks });
  const pageBlocks = place.pageBlocks || MAX_PAGE;
  const read = { from: range.from, to, pageBlocks, own, onRefused: keepSize };
  await readPages(pass.chain, read, async (page) => {
    await takeTransfers(scan, page.transfers);
    await keepSize(page.pageBlocks);
    return true;
  });
  const horizon = { ...head, readTo: place.final?.number ?? 0n };
  await judgeDeposits(scan, horizon);
  await judgeFundings(scan, horizon);
};

/**
 * Reads a chain now, to its newest block or a range of blocks again, and moves each deposit as far as it has come. What was
 * read before counts once.
 * @throws DomainError CHAIN_NOT_FOUND, CHAIN_UNAVAILABLE, VALIDATION_FAILED
 */
export const scanChain = async (deps: CustodyDeps, input: ScanChain): Promise<ChainScanned> => {
  const chain = chainNamed(deps.chains, input.chain);
  const pass: ChainPass = { deps, by: input.by, chain, progress: noProgress() };
  const mine = await claimSoon(pass);
  const tally = noTally();
  const read = async () => {
    const head = await chain.head();
    const scan = { pass, claim: mine.claim, own: await ownAddresses(pass), tally };
    if (input.from === undefined && input.to === undefined) {
      return { ...(await readOn(scan, mine.place, { head, whole: true })), ...tally };
    }
    const { from = chain.startBlock, to = head.latest.number } = input;
    await readRange(scan, mine, head, { from, to });
    return { from, to, ...tally };
  };
  return whileHeld(pass, mine.claim, () => askChain(chain, read));
};
