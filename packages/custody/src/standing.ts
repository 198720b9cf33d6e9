import type { BlockRef } from "./block-ref.ts";
import type { Chain } from "./chain.ts";
import type { Depth } from "./confirmations.ts";

/** What a chain says of a transfer that was told to stand in a block. `unknown`: ask again later. */
export type Standing =
  | { readonly kind: "stands"; readonly depth: Depth }
  | { readonly kind: "gone" }
  | { readonly kind: "unknown" };

/** How far the chain has come for who judges. */
export interface Horizon {
  readonly latest: BlockRef;
  readonly final: BlockRef;
  /** All transfers up to here have been told. */
  readonly readTo: bigint;
}

interface Placed {
  readonly tx: string;
  readonly blockNumber: bigint | null;
  readonly blockHash: string | null;
}

/**
 * Tells whether transfers still stand, by their blocks and not by a list of transfers: a node may leave out a transfer in
 * silence, but it can't make a block that holds one vanish. Each block is asked for once.
 */
export const standingReader = (chain: Chain, horizon: Horizon) => {
  const { latest, final, readTo } = horizon;
  const settled = final.number < readTo ? final.number : readTo;
  const asked = new Map<bigint, Promise<BlockRef | undefined>>();
  const blockAt = (number: bigint) => {
    const block = asked.get(number) ?? chain.blockAt(number);
    asked.set(number, block);
    return block;
  };

  /** Its block is another one by now: what became of the transaction? */
  const elsewhere = async (tx: string): Promise<Standing> => {
    const receipt = await chain.receipt(tx);
    if (receipt === undefined || !receipt.succeeded) return { kind: "gone" };
    const { number, hash } = receipt.block;
    const there = (await blockAt(number))?.hash === hash;
    // Where it stands now it will be told anew, unless that has been read for good and it was not told.
    return { kind: there && number <= settled ? "gone" : "unknown" };
  };

  return async ({ tx, blockNumber, blockHash }: Placed): Promise<Standing> => {
    if (blockNumber === null || blockHash === null) return { kind: "unknown" };
    if (blockNumber > latest.number) return { kind: "unknown" };
    const block = await blockAt(blockNumber);
    if (block === undefined) return { kind: "unknown" };
    if (block.hash !== blockHash) return elsewhere(tx);
    const blocks = latest.number - blockNumber + 1n;
    return { kind: "stands", depth: { blocks, final: blockNumber <= final.number } };
  };
};
