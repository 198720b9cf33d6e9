import {
  ChainError,
  type BlockRef,
  type ChainTransfer,
  type TransferQuery,
} from "@closebell/custody";
import { microUsdc, type MicroUsdc } from "@closebell/money";
import { type Address, getAddress, slice } from "viem";
import { inTurns } from "./in-turns.ts";
import { agreed, judgeStands, type Nodes } from "./nodes.ts";
import { readLogs } from "./read-logs.ts";
import type { RpcNode } from "./rpc-node.ts";
import { receiptSchema, type RpcLog, type RpcReceipt } from "./rpc-schemas.ts";

/** A transfer as a log tells it, before its transaction was looked at. */
interface LoggedTransfer {
  readonly log: RpcLog;
  readonly from: Address;
  readonly to: Address;
  readonly amount: bigint;
}

const READS_AT_ONCE = 10;

const addressIn = (topic: `0x${string}` | undefined): Address =>
  getAddress(slice(topic ?? "0x", 12, 32, { strict: true }));

const logged = (log: RpcLog): LoggedTransfer => ({
  log,
  from: addressIn(log.topics[1]),
  to: addressIn(log.topics[2]),
  amount: BigInt(log.data),
});

const amountOf = ({ amount }: LoggedTransfer, node: RpcNode): MicroUsdc => {
  try {
    return microUsdc(amount);
  } catch {
    throw new ChainError(
      "inconsistent",
      `${node.name} told a transfer of more USDC than there is.`,
    );
  }
};

const blockOf = ({ log }: LoggedTransfer): BlockRef => ({
  number: log.blockNumber,
  hash: log.blockHash,
});

/** Which of the transaction's events it is: that stays when the transaction is mined again among others. */
const placeOf = (node: RpcNode, log: RpcLog, receipt: RpcReceipt | undefined): number => {
  const place = receipt?.logs.findIndex((each) => each.logIndex === log.logIndex) ?? -1;
  const same = receipt?.logs[place];
  const stands =
    receipt?.status === 1n &&
    receipt.blockHash === log.blockHash &&
    same?.address === log.address &&
    same.data === log.data &&
    same.topics.join() === log.topics.join();
  if (stands) return place;
  throw new ChainError(
    "inconsistent",
    `${node.name} tells an event that its transaction does not have.`,
  );
};

/** Holds each log against the receipt of its transaction and against the block it is said to be in. */
const proven = async (
  node: RpcNode,
  told: readonly LoggedTransfer[],
): Promise<readonly ChainTransfer[]> => {
  const blocks = new Map(told.map((each) => [each.log.blockHash, blockOf(each)]));
  await inTurns([...blocks.values()], READS_AT_ONCE, (block) => judgeStands(node, block));
  const receipts = new Map<string, RpcReceipt>();
  const transactions = [...new Set(told.map(({ log }) => log.transactionHash))];
  await inTurns(transactions, READS_AT_ONCE, async (tx) => {
    const receipt = await node.ask("eth_getTransactionReceipt", [tx], receiptSchema.nullable());
    if (receipt !== null) receipts.set(tx, receipt);
  });
  return told.map((each) => ({
    tx: each.log.transactionHash,
    log: placeOf(node, each.log, receipts.get(each.log.transactionHash)),
    block: blockOf(each),
    from: each.from,
    to: each.to,
    amount: amountOf(each, node),
  }));
};

/** See `Chain.transfers`: a page is whole and the same on every node, or it is none. */
export const readTransfers = async (
  nodes: Nodes,
  query: TransferQuery,
  token: { readonly usdc: Address; readonly maxBlockRange: number },
): Promise<readonly ChainTransfer[]> => {
  const recipients = query.recipients?.map((address) => getAddress(address));
  const pages = new Map(
    await Promise.all(
      nodes.map(async (node) => {
        const logs = await readLogs(node, { ...token, from: query.from, to: query.to, recipients });
        const moved = logs.map(logged).filter(({ amount }) => amount > 0n);
        return [node, moved] as const;
      }),
    ),
  );
  const paid = new Set([...pages.values()].flat().map(({ to }) => to));
  const ours = paid.size === 0 ? new Set<string>() : await query.ours([...paid]);
  return await agreed(nodes, `the transfers up to block ${query.to.number}`, (node) =>
    proven(
      node,
      (pages.get(node) ?? []).filter(({ to }) => ours.has(to)),
    ),
  );
};
