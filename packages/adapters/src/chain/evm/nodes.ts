import { ChainError, type BlockRef } from "@closebell/custody";
import { numberToHex } from "viem";
import { blockSchema, quantitySchema } from "./rpc-schemas.ts";
import type { RpcNode } from "./rpc-node.ts";

/** At least one. */
export type Nodes = readonly [RpcNode, ...RpcNode[]];

/** One spelling of what was told, to compare. */
const textOf = (value: unknown): string =>
  JSON.stringify(value, (_key, item: unknown) => (typeof item === "bigint" ? `${item}n` : item)) ??
  "";

/** What every node tells. Rejects where one tells something else, or does not have it yet (`undefined`). */
export const agreed = async <T>(
  nodes: Nodes,
  what: string,
  read: (node: RpcNode) => Promise<T>,
): Promise<T> => {
  const [first, ...others] = nodes;
  const [told, ...rest] = await Promise.all([read(first), ...others.map(read)]);
  for (const other of rest) {
    if (textOf(other) === textOf(told)) continue;
    if (other === undefined || told === undefined) {
      throw new ChainError("behind", `Not every RPC node has ${what} yet.`);
    }
    throw new ChainError("inconsistent", `The RPC nodes tell different things about ${what}.`);
  }
  return told;
};

/** The first node's answer; that of the next where it is down. For what no money depends on. */
export const anyOf = async <T>(nodes: Nodes, read: (node: RpcNode) => Promise<T>): Promise<T> => {
  const [first, second] = nodes;
  try {
    return await read(first);
  } catch (error) {
    const down = error instanceof ChainError && error.kind === "unavailable";
    if (second === undefined || !down) throw error;
    return await read(second);
  }
};

/** The block at a height, or behind a name that nodes know. */
export const readBlock = async (
  node: RpcNode,
  which: bigint | "latest" | "finalized",
): Promise<BlockRef | undefined> => {
  const name = typeof which === "bigint" ? numberToHex(which) : which;
  const block = await node.ask("eth_getBlockByNumber", [name, false], blockSchema.nullable());
  if (block === null) return undefined;
  if (typeof which === "bigint" && block.number !== which) {
    throw new ChainError("inconsistent", `${node.name} gave another block than was asked for.`);
  }
  return { number: block.number, hash: block.hash };
};

/** Rejects where `block` does not stand on that node. */
export const judgeStands = async (node: RpcNode, block: BlockRef): Promise<void> => {
  const standing = await readBlock(node, block.number);
  if (standing === undefined) {
    throw new ChainError("behind", `${node.name} does not have block ${block.number} yet.`);
  }
  if (standing.hash === block.hash) return;
  throw new ChainError("inconsistent", `${node.name} has another block ${block.number}.`);
};

/** A whole number that a node tells, such as a balance or a count. */
export const readQuantity = (node: RpcNode, method: string, params: readonly unknown[]) =>
  node.ask(method, params, quantitySchema);
