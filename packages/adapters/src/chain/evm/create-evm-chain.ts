import type { Chain } from "@closebell/custody";
import { getAddress } from "viem";
import { addressFrom } from "./addresses.ts";
import { broadcastRaw } from "./broadcast-raw.ts";
import { encodeOrder } from "./encode-order.ts";
import { estimateOrder } from "./estimate-order.ts";
import type { EvmChainOptions } from "./evm-chain-options.ts";
import { evmSender, type SenderTerms } from "./evm-sender.ts";
import { judgeOptions } from "./judge-options.ts";
import { agreed, anyOf, type Nodes, readBlock, readQuantity } from "./nodes.ts";
import { readBalances } from "./read-balances.ts";
import { readFees } from "./read-fees.ts";
import { readHead } from "./read-head.ts";
import { readNonces } from "./read-nonces.ts";
import { readReceipt } from "./read-receipt.ts";
import { readTransfers } from "./read-transfers.ts";
import { rpcNode } from "./rpc-node.ts";
import { judgeChain, readTokenDomain } from "./token-domain.ts";

const nodesOf = (
  { rpcUrls, chainId, timeoutMs = 10_000 }: EvmChainOptions,
  usdc: SenderTerms["usdc"],
): Nodes => {
  const [first, ...others] = rpcUrls.map((url, index) => {
    const name = rpcUrls.length === 1 ? "The RPC node" : `RPC node ${index + 1}`;
    const verify: Parameters<typeof rpcNode>[0]["verify"] = (ask) =>
      judgeChain(ask, { chainId, usdc, name });
    return rpcNode({ url, name, timeoutMs, verify });
  });
  if (first === undefined) throw new Error("EVM_RPC_URL is missing.");
  return [first, ...others];
};

/** Reads once; again where it failed. */
const kept = <T>(read: () => Promise<T>): (() => Promise<T>) => {
  let reading: Promise<T> | undefined;
  return () => {
    reading ??= read().catch((error: unknown) => {
      reading = undefined;
      throw error;
    });
    return reading;
  };
};

/**
 * USDC on an EVM chain, over JSON-RPC. It keeps nothing but what may be forgotten: which chain a node is on, and how the
 * token takes authorizations. With two nodes, what money depends on is told only where both tell the same; bytes go to both,
 * and prices come from the first that answers. Nothing is asked before it is needed.
 *
 * @throws Error where the options make no sense together; the message names the environment's variable, never its value
 */
export const createEvmChain = (options: EvmChainOptions): Chain => {
  const { confirmations, chainId, maxBlockRange = 2_000 } = options;
  const { usdc, hotWallet, coldWallet, addressAt, ...signers } = judgeOptions(options);
  const nodes = nodesOf(options, usdc);
  const domain = kept(() => readTokenDomain(nodes, chainId, usdc));
  const terms: SenderTerms = { chainId, usdc, domain };
  const { hotSigner, depositSigner } = signers;
  return {
    name: options.name,
    asset: `eip155:${chainId}/erc20:${usdc}`,
    simulated: false,
    hotWallet,
    coldWallet,
    startBlock: options.startBlock,
    addressAt,
    addressFrom: (text) => addressFrom(text, usdc),
    head: () => readHead(nodes, confirmations),
    blockAt: (number) => agreed(nodes, `block ${number}`, (node) => readBlock(node, number)),
    transfers: (query) => readTransfers(nodes, query, { usdc, maxBlockRange }),
    balances: (addresses, at) => readBalances(nodes, usdc, addresses, at),
    gasBalance: (address) =>
      anyOf(nodes, (node) => readQuantity(node, "eth_getBalance", [address, "latest"])),
    nonces: (address) => readNonces(nodes, address, confirmations),
    fees: () => readFees(nodes),
    async estimate(sender, order) {
      const from = getAddress(sender);
      return await estimateOrder(nodes, from, encodeOrder(order, from, usdc));
    },
    broadcast: (raw) => broadcastRaw(nodes, raw),
    receipt: (hash) => readReceipt(nodes, hash),
    sweepWay: async () => ((await domain()) === undefined ? "gas" : "authorization"),
    sender: hotSigner === undefined ? undefined : evmSender(hotSigner, terms),
    depositSender: (index) =>
      depositSigner === undefined ? undefined : evmSender(depositSigner(index), terms),
  };
};
