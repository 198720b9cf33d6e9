import { reachable } from "@closebell/database";
import type { BlockRef } from "./block-ref.ts";
import { ChainError, type ChainHead } from "./chain.ts";
import type { ChainPass } from "./chain-pass.ts";
import { judgeDeposits } from "./judge-deposits.ts";
import { judgeFundings } from "./judge-fundings.ts";
import { ownAddresses } from "./own-addresses.ts";
import { MAX_PAGE, readPages } from "./read-pages.ts";
import { claimScan, keepScan, scanPlace, whileHeld, type ScanPlace } from "./scan-claim.ts";
import { addToProgress, noTally, type Scan } from "./scan-tally.ts";
import { takeTransfers } from "./take-transfers.ts";

/** Blocks below the final one that are read again each time, for what a node may have kept back a moment ago. */
const OVERLAP = 32n;

/** Pages of blocks never read before that one pass reads, so that catching up does not hold up all else. */
const PAGES_AHEAD = 20;

const same = (one: BlockRef | null, other: BlockRef): boolean =>
  one !== null && one.number === other.number && one.hash === other.hash;

const least = (...numbers: readonly bigint[]): bigint =>
  numbers.reduce((smallest, number) => (number < smallest ? number : smallest));

const atLeast = (number: bigint, floor: bigint): bigint => (number < floor ? floor : number);

interface Begin {
  readonly from: bigint;
  /** True where a block that should have stayed for ever is another one now. */
  readonly betrayed: boolean;
}

/** Where to read from: everything that was not final when it was read, and some more. */
const beginOf = async (
  { deps, chain }: ChainPass,
  place: ScanPlace,
  head: ChainHead,
): Promise<Begin> => {
  const { startBlock } = chain;
  if (place.final === null) return { from: startBlock, betrayed: false };
  const { number, hash } = place.final;
  const still = await chain.blockAt(number);
  if (still === undefined) throw new ChainError("behind", `Block ${number} is not there yet.`);
  if (still.hash === hash) {
    const from = least(number, head.final.number) - OVERLAP + 1n;
    return { from: atLeast(from, startBlock), betrayed: false };
  }
  const from = atLeast(number - BigInt(deps.policy.backfillBlocks), startBlock);
  const fields = { chain: chain.name, block: number, hash, now: still.hash, from };
  deps.log.error(fields, "a block that was final has vanished: reading further back");
  return { from, betrayed: true };
};

/** The place after a page: the end of what was read, and what of it was final by then. */
const placeAfter = (
  before: ScanPlace,
  page: { readonly to: BlockRef; readonly pageBlocks: number },
  { final }: ChainHead,
  betrayed: boolean,
): ScanPlace => {
  const read = page.to.number < final.number ? page.to : final;
  const known = betrayed ? null : before.final;
  return {
    block:
      before.block === null || betrayed || page.to.number >= before.block.number
        ? page.to
        : before.block,
    final: known === null || read.number > known.number ? read : known,
    pageBlocks: page.pageBlocks,
  };
};

/** Reads all that is new and all that may have changed, and judges every deposit that is not final. */
export const readOn = async (
  scan: Scan,
  from: ScanPlace,
  options: { readonly head: ChainHead; readonly whole: boolean },
): Promise<{ readonly from: bigint; readonly to: bigint }> => {
  const { pass, claim, own } = scan;
  const { head, whole } = options;
  const begin = await beginOf(pass, from, head);
  const pageBlocks = from.pageBlocks === 0 ? MAX_PAGE : from.pageBlocks;
  let place = from;
  let reached = from;
  let { betrayed } = begin;
  let ahead = 0;
  let readTo = begin.from - 1n;
  const onRefused = (fewer: number) => keepScan(pass, claim, { ...place, pageBlocks: fewer });
  const read = { from: begin.from, to: head.latest, pageBlocks, own, onRefused };
  await readPages(pass.chain, read, async (page) => {
    await takeTransfers(scan, page.transfers);
    reached = placeAfter(reached, page, head, betrayed);
    betrayed = false;
    // a broken promise is remembered until all that rested on it has been judged
    place = begin.betrayed ? { ...reached, final: from.final } : reached;
    await keepScan(pass, claim, place);
    readTo = page.to.number;
    ahead += readTo > (from.final?.number ?? -1n) ? 1 : 0;
    return whole || ahead < PAGES_AHEAD || readTo >= head.final.number;
  });
  const horizon = { ...head, readTo };
  await judgeDeposits(scan, horizon);
  await judgeFundings(scan, horizon);
  if (begin.betrayed) {
    await judgeDeposits(scan, horizon, { finalFrom: begin.from });
    await judgeFundings(scan, horizon, { finalFrom: begin.from });
    await keepScan(pass, claim, reached);
  }
  return { from: begin.from, to: readTo };
};

/** Whether there is anything to read: not where nothing came since, nor where the node lags. */
const hasNews = ({ deps, chain }: ChainPass, place: ScanPlace, head: ChainHead): boolean => {
  const { block, final } = place;
  if (block === null || final === null) return true;
  if (head.latest.number < block.number) {
    const fields = { chain: chain.name, latest: head.latest.number, read: block.number };
    deps.log.debug(fields, "the node is behind what was read already");
    return false;
  }
  return !same(block, head.latest) || !same(final, head.final);
};

/**
 * Reads the chain on from where it was left and moves every deposit as far as it has come. Whatever is read is read again
 * until it is final, and some more: a crash, a lagging node or a reorganisation changes nothing about what is credited.
 */
export const scanDeposits = async (pass: ChainPass): Promise<void> => {
  const { deps, chain } = pass;
  const before = await reachable(deps.database.url, () => scanPlace(deps.database.orm, chain.name));
  if (!hasNews(pass, before, await chain.head())) return;
  const mine = await claimScan(pass);
  if (mine === undefined) return;
  const { claim, place } = mine;
  const tally = noTally();
  try {
    await whileHeld(pass, claim, async () => {
      const head = await chain.head();
      if (!hasNews(pass, place, head)) return;
      const scan = { pass, claim, own: await ownAddresses(pass), tally };
      await readOn(scan, place, { head, whole: false });
    });
  } finally {
    addToProgress(pass, tally);
  }
};
