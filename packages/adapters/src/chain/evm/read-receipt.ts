import { ChainError, type Receipt } from "@closebell/custody";
import { agreed, judgeStands, type Nodes } from "./nodes.ts";
import { receiptSchema } from "./rpc-schemas.ts";

/** What became of a transaction, where its block stands on every node; undefined while it is in none. */
export const readReceipt = (nodes: Nodes, hash: string): Promise<Receipt | undefined> =>
  agreed(nodes, `transaction ${hash}`, async (node) => {
    const told = await node.ask("eth_getTransactionReceipt", [hash], receiptSchema.nullable());
    if (told === null) return undefined;
    if (told.transactionHash !== hash.toLowerCase()) {
      throw new ChainError("inconsistent", `${node.name} gave the receipt of another transaction.`);
    }
    const block = { number: told.blockNumber, hash: told.blockHash };
    await judgeStands(node, block);
    return { block, succeeded: told.status === 1n };
  });
