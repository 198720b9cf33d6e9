import { microUsdc } from "@closebell/money";
import { ChainError, type Chain, type ChainTransfer, type TransferQuery } from "../chain.ts";
import {
  GAS,
  nonceIn,
  transfersOf,
  tryOrder,
  usdcIn,
  weiIn,
  type ScriptedBlock,
} from "./scripted-blocks.ts";
import type { ScriptedMiner } from "./scripted-mining.ts";
import { readRaw } from "./scripted-sender.ts";

/** The methods of a chain that ask it something. */
export type ChainQuestion =
  | "head"
  | "blockAt"
  | "transfers"
  | "balances"
  | "gasBalance"
  | "nonces"
  | "fees"
  | "estimate"
  | "broadcast"
  | "receipt"
  | "sweepWay";

/** How the node that is asked behaves. All of it can be changed at any time. */
export interface ScriptedNode {
  /** It answers nothing. */
  down: boolean;
  /** It is this many blocks behind: the newest blocks are not there for it. */
  lag: number;
  /** It leaves out every transfer, without a word. */
  empty: boolean;
  /** It also tells the transfers of blocks that vanished. */
  ghosts: boolean;
  /** A second node tells other transfers than it: a page is refused. */
  disputed: boolean;
  /** The most blocks it reads at once. */
  maxBlocks: number;
  /** Called with each question before it is answered, and with it again after; may throw or wait. */
  before: (question: ChainQuestion) => void | Promise<void>;
  after: (question: ChainQuestion) => void | Promise<void>;
}

const refOf = ({ number, hash }: ScriptedBlock) => ({ number, hash });

/** A node that tells the truth. */
export const honestNode = (): ScriptedNode => ({
  down: false,
  lag: 0,
  empty: false,
  ghosts: false,
  disputed: false,
  maxBlocks: Number.MAX_SAFE_INTEGER,
  before: () => undefined,
  after: () => undefined,
});

/** What a node of this chain has: the blocks up to where it has come. */
const viewOf = (miner: ScriptedMiner, node: ScriptedNode): readonly ScriptedBlock[] =>
  miner.blocks.slice(0, Math.max(1, miner.blocks.length - node.lag));

const readTransfers = async (
  miner: ScriptedMiner,
  node: ScriptedNode,
  { from, to, recipients, ours }: TransferQuery,
): Promise<readonly ChainTransfer[]> => {
  const view = viewOf(miner, node);
  if (Number(to.number - from) >= node.maxBlocks) {
    throw new ChainError("unavailable", "query exceeds max block range");
  }
  const last = view[Number(to.number)];
  if (last === undefined) throw new ChainError("behind", `block ${to.number} is not there yet`);
  if (last.hash !== to.hash || node.disputed) {
    throw new ChainError("inconsistent", `block ${to.number} is told in two ways`);
  }
  if (node.empty) return [];
  const inRange = (block: ScriptedBlock) => block.number >= from && block.number <= to.number;
  const ghosts = node.ghosts ? miner.vanished.filter(inRange) : [];
  const told = [...ghosts, ...view.filter(inRange)].flatMap(transfersOf);
  const named = new Set(recipients ?? told.map((transfer) => transfer.to));
  const wanted = told.filter((transfer) => named.has(transfer.to) && transfer.amount > 0n);
  const mine = await ours([...new Set(wanted.map((transfer) => transfer.to))]);
  return wanted.filter((transfer) => mine.has(transfer.to));
};

/** A chain, and how it is asked. */
export interface Inside {
  readonly miner: ScriptedMiner;
  readonly node: ScriptedNode;
  readonly usdc: ReadonlyMap<string, bigint>;
  readonly wei: ReadonlyMap<string, bigint>;
  /** Number of the newest block that is final. */
  final(): number;
  ask<T>(question: ChainQuestion, answer: () => T | Promise<T>): Promise<T>;
}

type Reads = Pick<
  Chain,
  "head" | "blockAt" | "transfers" | "balances" | "gasBalance" | "nonces" | "receipt"
>;

/** What a node tells. */
export const readsOf = ({ miner, node, usdc, wei, final, ask }: Inside): Reads => {
  const view = () => viewOf(miner, node);
  const at = (number: number): ScriptedBlock => {
    const block = view()[number];
    if (block === undefined) throw new ChainError("behind", `block ${number} is not there yet`);
    return block;
  };
  const finalSeen = () => Math.max(0, Math.min(final(), view().length - 1));
  return {
    head: () =>
      ask("head", () => ({
        latest: refOf(at(view().length - 1)),
        final: refOf(at(finalSeen())),
      })),
    blockAt: (number) =>
      ask("blockAt", () => {
        const block = view()[Number(number)];
        return block && refOf(block);
      }),
    transfers: (query) => ask("transfers", () => readTransfers(miner, node, query)),
    balances: (addresses, block) =>
      ask("balances", () => {
        if (at(Number(block.number)).hash !== block.hash) {
          throw new ChainError("inconsistent", `block ${block.number} is another one by now`);
        }
        const upTo = view().slice(0, Number(block.number) + 1);
        return addresses.map((address) => microUsdc(usdcIn(upTo, usdc, address)));
      }),
    gasBalance: (address) => ask("gasBalance", () => weiIn(view(), wei, address)),
    nonces: (address) =>
      ask("nonces", () => ({
        latest: nonceIn(view(), address),
        final: nonceIn(view().slice(0, finalSeen() + 1), address),
      })),
    receipt: (hash) => ask("receipt", () => miner.receipt(hash, view().length - 1)),
  };
};

type Writes = Pick<Chain, "fees" | "estimate" | "broadcast">;

const TIP = 1_000_000_000n;

/** What a node is handed, and what it says that would cost. */
export const writesOf = ({ miner, node, usdc, wei, ask }: Inside): Writes => ({
  fees: () =>
    ask("fees", () => ({ maxFeePerGas: miner.baseFee * 2n + TIP, maxPriorityFeePerGas: TIP })),
  estimate: (sender, order) =>
    ask("estimate", () => {
      const blocks = viewOf(miner, node);
      if (order.kind === "gas" && weiIn(blocks, wei, sender) < order.wei) {
        return { kind: "reverts" as const, reason: "insufficient funds for transfer" };
      }
      const time = BigInt(Math.floor(Temporal.Now.instant().epochMilliseconds / 1000));
      const outcome = tryOrder({ blocks, given: usdc, rules: miner.rules, sender, order, time });
      if ("reason" in outcome) return { kind: "reverts" as const, reason: outcome.reason };
      return { kind: "gas" as const, gas: GAS[order.kind] };
    }),
  broadcast: (raw) =>
    ask("broadcast", () => {
      const own = readRaw(raw);
      return own === undefined
        ? { kind: "refused" as const, reason: "rlp: expected input list" }
        : miner.take(own);
    }),
});
