import { ChainError } from "@closebell/custody";
import { numberToHex } from "viem";
import { type Nodes, readBlock, readQuantity } from "./nodes.ts";
import type { RpcNode } from "./rpc-node.ts";

const finalTag = async (node: RpcNode, confirmations: number | undefined): Promise<string> => {
  if (confirmations === undefined) return "finalized";
  const latest = await readBlock(node, "latest");
  if (latest === undefined) throw new ChainError("behind", `${node.name} names no newest block.`);
  const deep = latest.number - BigInt(confirmations);
  return numberToHex(deep > 0n ? deep : 0n);
};

const noncesOf = async (node: RpcNode, address: string, confirmations: number | undefined) => {
  const count = async (tag: string) =>
    Number(await readQuantity(node, "eth_getTransactionCount", [address, tag]));
  const final = await count(await finalTag(node, confirmations));
  return { latest: await count("latest"), final };
};

/** Transactions of an address that are mined: the fewest that any node knows of. */
export const readNonces = async (
  nodes: Nodes,
  address: string,
  confirmations: number | undefined,
): Promise<{ readonly latest: number; readonly final: number }> => {
  const told = await Promise.all(nodes.map((node) => noncesOf(node, address, confirmations)));
  const latest = Math.min(...told.map((each) => each.latest));
  return { latest, final: Math.min(latest, ...told.map((each) => each.final)) };
};
