import { ChainError, type BlockRef } from "@closebell/custody";
import { microUsdc, type MicroUsdc } from "@closebell/money";
import { type Address, decodeAbiParameters, getAddress, type Hex } from "viem";
import { balancesCall } from "./balances-call.ts";
import { inTurns } from "./in-turns.ts";
import { agreed, judgeStands, type Nodes } from "./nodes.ts";
import type { RpcNode } from "./rpc-node.ts";
import { bytesSchema } from "./rpc-schemas.ts";

// 16 KB of addresses: far below the 48 KB that creation code may have (EIP-3860)
const ADDRESSES_A_CALL = 500;

const amountsIn = (node: RpcNode, answer: Hex, count: number): readonly MicroUsdc[] => {
  try {
    const [amounts] = decodeAbiParameters([{ type: "uint256[]" }], answer);
    if (amounts.length === count) return amounts.map((amount) => microUsdc(amount));
  } catch {
    // told below, like an answer of another length
  }
  throw new ChainError("inconsistent", `${node.name} gave no balances.`);
};

/** USDC on each address as of a block, which still stands when all is read. */
export const readBalances = (
  nodes: Nodes,
  usdc: Address,
  addresses: readonly string[],
  at: BlockRef,
): Promise<readonly MicroUsdc[]> =>
  agreed(nodes, `balances at block ${at.number}`, async (node) => {
    const parts: (readonly string[])[] = [];
    for (let next = 0; next < addresses.length; next += ADDRESSES_A_CALL) {
      parts.push(addresses.slice(next, next + ADDRESSES_A_CALL));
    }
    const block = { blockHash: at.hash, requireCanonical: true };
    const read = await inTurns(parts, 4, async (part) => {
      const data = balancesCall(
        usdc,
        part.map((address) => getAddress(address)),
      );
      const answer = await node.ask("eth_call", [{ data }, block], bytesSchema);
      return amountsIn(node, answer, part.length);
    });
    await judgeStands(node, at);
    return read.flat();
  });
