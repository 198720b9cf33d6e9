import type { Estimate } from "@closebell/custody";
import { type Address, decodeErrorResult, isHex, numberToHex } from "viem";
import type { EncodedOrder } from "./encode-order.ts";
import { anyOf, type Nodes, readQuantity } from "./nodes.ts";
import type { RpcNode } from "./rpc-node.ts";
import { type RpcRefusal, wouldUndo } from "./rpc-refusal.ts";

/** The contract's own words, where it gave any. */
const reasonOf = ({ data, message }: RpcRefusal): string => {
  try {
    if (isHex(data) && data !== "0x") {
      const { errorName, args } = decodeErrorResult({ abi: [], data });
      return [errorName === "Error" ? [] : [errorName], args ?? []].flat().map(String).join(" ");
    }
  } catch {
    // an error the token's interface does not name: what the node made of it has to do
  }
  return message;
};

/** Not every node looks at the balance when it estimates. */
const heldFor = async (node: RpcNode, sender: Address, value: bigint): Promise<bigint> =>
  value === 0n ? 0n : await readQuantity(node, "eth_getBalance", [sender, "latest"]);

/**
 * Units of gas an order would take now, and a fifth more: what it costs depends on the state it meets (the first USDC an
 * address ever gets costs a third more than the second).
 */
export const estimateOrder = (
  nodes: Nodes,
  sender: Address,
  { to, value, data }: EncodedOrder,
): Promise<Estimate> =>
  anyOf(nodes, async (node) => {
    const transaction = { from: sender, to, value: numberToHex(value), data };
    if (value > (await heldFor(node, sender, value))) {
      return {
        kind: "reverts",
        reason: "The sender has less of the native coin than it is to give.",
      };
    }
    try {
      const gas = await readQuantity(node, "eth_estimateGas", [transaction, "latest"]);
      return { kind: "gas", gas: gas + gas / 5n };
    } catch (error) {
      if (!wouldUndo(error)) throw error;
      return { kind: "reverts", reason: reasonOf(error) };
    }
  });
