import type { Fees } from "@closebell/custody";
import { RpcRefusal } from "./rpc-refusal.ts";
import { anyOf, type Nodes, readQuantity } from "./nodes.ts";
import type { RpcNode } from "./rpc-node.ts";
import { feeHistorySchema } from "./rpc-schemas.ts";

const BLOCKS = "0xa";
const MEDIAN = 50;

/** What the node itself would offer the miner, for when no recent block had a transaction. */
const suggestedTip = async (node: RpcNode): Promise<bigint> => {
  try {
    return await readQuantity(node, "eth_maxPriorityFeePerGas", []);
  } catch (error) {
    if (error instanceof RpcRefusal) return 0n;
    throw error;
  }
};

/**
 * The median tip of the last ten blocks, and twice the next block's base price on top of it: enough for six full blocks in
 * a row, each an eighth dearer than the last (EIP-1559).
 */
export const readFees = (nodes: Nodes): Promise<Fees> =>
  anyOf(nodes, async (node) => {
    const asked = [BLOCKS, "latest", [MEDIAN]];
    const history = await node.ask("eth_feeHistory", asked, feeHistorySchema);
    const tips = (history.reward ?? [])
      .flatMap(([tip]) => (tip === undefined || tip === 0n ? [] : [tip]))
      .toSorted((a, b) => (a < b ? -1 : 1));
    const tip = tips[Math.floor(tips.length / 2)] ?? (await suggestedTip(node));
    const maxPriorityFeePerGas = tip > 0n ? tip : 1n;
    const next = history.baseFeePerGas.at(-1) ?? 0n;
    return { maxFeePerGas: 2n * next + maxPriorityFeePerGas, maxPriorityFeePerGas };
  });
