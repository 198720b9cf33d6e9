import { ChainError, type BlockRef } from "@closebell/custody";
import { type Address, encodeEventTopics, numberToHex, pad, parseAbi } from "viem";
import { z } from "zod";
import { judgeStands } from "./nodes.ts";
import type { RpcNode } from "./rpc-node.ts";
import { logSchema, type RpcLog } from "./rpc-schemas.ts";

const TRANSFER = parseAbi([
  "event Transfer(address indexed from, address indexed to, uint256 value)",
]);

/** Which transfers of the token a node is asked for. */
export interface LogQuery {
  readonly usdc: Address;
  readonly from: bigint;
  readonly to: BlockRef;
  readonly recipients: readonly Address[] | undefined;
  readonly maxBlockRange: number;
}

const filterOf = ({ usdc, recipients }: LogQuery) => {
  const topics = encodeEventTopics({ abi: TRANSFER });
  const named = recipients?.map((address) => pad(address, { size: 32 }));
  return { address: usdc, topics: named === undefined ? topics : [...topics, null, named] };
};

const judgeLog = (node: RpcNode, log: RpcLog, query: LogQuery): void => {
  const [topic] = encodeEventTopics({ abi: TRANSFER });
  const asked =
    log.address === query.usdc &&
    log.topics[0] === topic &&
    log.topics.length === 3 &&
    log.data.length === 66 &&
    log.blockNumber >= query.from &&
    log.blockNumber <= query.to.number;
  if (asked && !log.removed) return;
  throw new ChainError("inconsistent", `${node.name} told an event that was not asked for.`);
};

const keyOf = (log: RpcLog) =>
  `${log.blockNumber}/${log.blockHash}/${log.logIndex}/${log.transactionHash}`;

/** The logs of the last block, asked for by its hash: a node that does not have the block has to say so (EIP-234). */
const judgeLast = (
  node: RpcNode,
  query: LogQuery,
  logs: readonly RpcLog[],
  last: readonly RpcLog[],
) => {
  const ranged = logs.filter((log) => log.blockNumber === query.to.number).map(keyOf);
  const named = last.map(keyOf);
  if (ranged.length === named.length && ranged.every((key, index) => key === named[index])) return;
  throw new ChainError(
    "inconsistent",
    `${node.name} contradicts itself about block ${query.to.number}.`,
  );
};

const inOrder = (a: RpcLog, b: RpcLog): number =>
  Number(a.blockNumber - b.blockNumber) || Number(a.logIndex - b.logIndex);

/**
 * The token's transfers in the blocks `from` to `to` as one node tells them, in order. Rejects where `to` does not stand
 * before and after, or where what is told about it differs when it is asked for by hash.
 */
export const readLogs = async (node: RpcNode, query: LogQuery): Promise<readonly RpcLog[]> => {
  const filter = filterOf(query);
  const ask = (which: object) =>
    node.ask("eth_getLogs", [{ ...filter, ...which }], z.array(logSchema));
  await judgeStands(node, query.to);
  if (query.from > query.to.number) return [];
  const logs: RpcLog[] = [];
  const step = BigInt(query.maxBlockRange);
  for (let first = query.from; first <= query.to.number; first += step) {
    const end = first + step - 1n;
    const toBlock = end < query.to.number ? end : query.to.number;
    logs.push(...(await ask({ fromBlock: numberToHex(first), toBlock: numberToHex(toBlock) })));
  }
  const last = await ask({ blockHash: query.to.hash });
  await judgeStands(node, query.to);
  for (const log of [...logs, ...last]) judgeLog(node, log, query);
  judgeLast(node, query, logs.toSorted(inOrder), last.toSorted(inOrder));
  return logs.toSorted(inOrder);
};
