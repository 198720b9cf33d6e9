import type { Estimate } from "@closebell/custody";
import { type Address, decodeErrorResult, isHex, numberToHex } from "viem";
import type { EncodedOrder } from "./encode-order.ts";
import { anyOf, type Nodes, readQuantity } from "./nodes.ts";
import { RpcRefusal } from "./rpc-refusal.ts";

/** JSON-RPC code of an execution that was undone (EIP-1474's successor, execution-apis). */
const REVERTED = 3;
const UNDONE =
  /revert|insufficient (funds|balance)|gas required exceeds|out of gas|invalid opcode|VM execution error|always failing/i;

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
    try {
      const gas = await readQuantity(node, "eth_estimateGas", [transaction, "latest"]);
      return { kind: "gas", gas: gas + gas / 5n };
    } catch (error) {
      if (!(error instanceof RpcRefusal)) throw error;
      if (error.code !== REVERTED && !UNDONE.test(error.message)) throw error;
      return { kind: "reverts", reason: reasonOf(error) };
    }
  });
