import { ChainError, type BlockRef, type ChainHead } from "@closebell/custody";
import { agreed, type Nodes, readBlock } from "./nodes.ts";
import type { RpcNode } from "./rpc-node.ts";

const known = (node: RpcNode, block: BlockRef | undefined, what: string): BlockRef => {
  if (block !== undefined) return block;
  throw new ChainError("behind", `${node.name} names no ${what} block.`);
};

const lower = (a: bigint, b: bigint) => (a < b ? a : b);

/** Where one node stands. The final block is asked for first: it can't pass a newest one that is read later. */
const headOf = async (node: RpcNode, confirmations: number | undefined) => {
  node.suspect();
  const finalized =
    confirmations === undefined
      ? known(node, await readBlock(node, "finalized"), "finalized")
      : undefined;
  const latest = known(node, await readBlock(node, "latest"), "newest").number;
  const deep = latest - BigInt(confirmations ?? 0);
  const final = finalized?.number ?? (deep > 0n ? deep : 0n);
  if (final > latest)
    throw new ChainError("behind", `${node.name} has no block as new as its final one.`);
  return { latest, final };
};

/** How far every node is; both blocks are the same on each. `confirmations`: undefined where the chain names its final block. */
export const readHead = async (
  nodes: Nodes,
  confirmations: number | undefined,
): Promise<ChainHead> => {
  const heads = await Promise.all(nodes.map((node) => headOf(node, confirmations)));
  const lowest = heads.reduce((a, b) => ({
    latest: lower(a.latest, b.latest),
    final: lower(a.final, b.final),
  }));
  const blockAt = (number: bigint) =>
    agreed(nodes, `block ${number}`, async (node) =>
      known(node, await readBlock(node, number), `standing ${number}`),
    );
  const [latest, final] = await Promise.all([blockAt(lowest.latest), blockAt(lowest.final)]);
  return { latest, final };
};
