import type { BlockRef } from "./block-ref.ts";
import { ChainError, type Chain, type ChainTransfer } from "./chain.ts";
import type { OwnAddresses } from "./own-addresses.ts";

/** How many blocks a node is asked for at once, at most. */
export const MAX_PAGE = 1_000;

/** How often a page is halved before the node is given up for now. */
const MAX_HALVINGS = 4;

/** Some blocks, read whole. */
export interface TransferPage {
  readonly transfers: readonly ChainTransfer[];
  /** Its last block. */
  readonly to: BlockRef;
  /** How many blocks to ask for next. */
  readonly pageBlocks: number;
}

interface PageRead {
  readonly from: bigint;
  readonly to: BlockRef;
  readonly pageBlocks: number;
  readonly own: OwnAddresses;
  /** Told how many blocks to begin with the next time, where the node refuses so much that it is given up for now. */
  readonly onRefused?: (pageBlocks: number) => Promise<void>;
}

/** A page of a node that tells transfers of blocks that are not there is no page: the port promises that it is whole. */
const refuseVanished = async (chain: Chain, transfers: readonly ChainTransfer[]): Promise<void> => {
  const told = new Map<bigint, string>();
  for (const { block } of transfers) {
    const hash = told.get(block.number) ?? (await chain.blockAt(block.number))?.hash;
    if (hash !== block.hash) {
      throw new ChainError(
        "inconsistent",
        `${chain.name} told a transfer of block ${block.number} ${block.hash}, which does not stand.`,
      );
    }
    told.set(block.number, hash);
  }
};

const readPage = async (chain: Chain, read: PageRead): Promise<TransferPage> => {
  const { from, to, own } = read;
  let pageBlocks = Math.max(1, Math.min(read.pageBlocks, MAX_PAGE));
  for (let halvings = 0; ; halvings += 1) {
    const last = from + BigInt(pageBlocks) - 1n;
    const end = last >= to.number ? to : await chain.blockAt(last);
    if (end === undefined) throw new ChainError("behind", `Block ${last} is not there yet.`);
    try {
      const { recipients, ours } = own;
      const query = { from, to: end, ours, ...(recipients === undefined ? {} : { recipients }) };
      const transfers = (await chain.transfers(query)).filter(({ amount }) => amount > 0n);
      await refuseVanished(chain, transfers);
      const whole = end.number - from + 1n >= BigInt(pageBlocks);
      // Little by little: a node that is at its limit is not asked for too much every other time.
      const grown = Math.min(pageBlocks + Math.ceil(pageBlocks / 8), MAX_PAGE);
      const next = whole && halvings === 0 ? grown : pageBlocks;
      return { transfers, to: end, pageBlocks: next };
    } catch (error) {
      const blocks = Number(end.number - from + 1n);
      const tooMuch = error instanceof ChainError && error.kind === "unavailable" && blocks > 1;
      if (!tooMuch) throw error;
      pageBlocks = Math.floor(blocks / 2);
      if (halvings < MAX_HALVINGS) continue;
      await read.onRefused?.(pageBlocks);
      throw error;
    }
  }
};

/**
 * Reads the transfers to and from our addresses in blocks, page after page, each half as long where the node refuses.
 * Ends after the last block, or where `take` has had enough and says so by false.
 * @throws ChainError
 */
export const readPages = async (
  chain: Chain,
  read: PageRead,
  take: (page: TransferPage) => Promise<boolean>,
): Promise<void> => {
  let { from, pageBlocks } = read;
  while (from <= read.to.number) {
    const page = await readPage(chain, { ...read, from, pageBlocks });
    if (!(await take(page))) return;
    from = page.to.number + 1n;
    ({ pageBlocks } = page);
  }
};
