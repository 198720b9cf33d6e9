import { microUsdc, type MicroUsdc } from "@closebell/money";
import { ChainError, type Chain, type ChainTransfer, type SweepWay } from "../chain.ts";
import { hexOf, transfersOf, usdcIn, type ScriptedMove } from "./scripted-blocks.ts";
import { scriptedMiner, type ScriptedMiner } from "./scripted-mining.ts";
import { honestNode, readsOf, writesOf, type Inside, type ScriptedNode } from "./scripted-node.ts";
import { scriptedSender } from "./scripted-sender.ts";

export interface ScriptedChainOptions {
  readonly name?: string;
  readonly asset?: string;
  /** Default true. */
  readonly simulated?: boolean;
  /** Blocks from the newest to the final one; default 3. */
  readonly finalDepth?: number;
  /** The newest block at the beginning; default 10. */
  readonly firstBlock?: number;
  readonly startBlock?: bigint;
  readonly coldWallet?: string | undefined;
  /** What the hot wallet begins with, in micro-USDC; default a million USDC where simulated, nothing otherwise. */
  readonly hotUsdc?: bigint;
  /** Native coin the hot wallet begins with; default a thousand coins. */
  readonly hotWei?: bigint;
  readonly sweepWay?: SweepWay;
  /** Whether it holds keys; default true. */
  readonly keys?: boolean;
}

/** A chain in memory that does what a test says: nothing is mined until `mine`. */
export interface ScriptedChain extends Chain {
  /** Blocks from the newest to the final one. */
  readonly finalDepth: number;
  readonly node: ScriptedNode;
  /** The token's rules, the price of gas, and what waits to be mined. */
  readonly miner: ScriptedMiner;
  /** Somebody outside pays; in the next block. Answers what names the transfer. */
  pay(
    to: string,
    amount: bigint,
    options?: { readonly from?: string; readonly tx?: string },
  ): { readonly tx: string; readonly log: number };
  /** The same of several payments in one transaction. */
  payMany(moves: readonly ScriptedMove[], tx?: string): string;
  mine(count?: number): void;
  /** Mines until all that stands in a block now is final. */
  finalise(): void;
  /**
   * The newest `depth` blocks vanish and longer others take their place, empty ones. What stood in the old ones waits to be
   * mined again, but for `lost`. Final blocks vanish only where `evenFinal` is said.
   */
  reorg(
    depth: number,
    options?: { readonly lost?: (tx: string) => boolean; readonly evenFinal?: boolean },
  ): void;
  /** USDC of an address in the newest block, whatever the node says. */
  usdcOf(address: string): MicroUsdc;
  /** Every transfer that stands, in order, whatever the node says. */
  readonly standing: readonly ChainTransfer[];
}

const ADDRESS = /^0x[0-9a-f]{40}$/;

type Controls = Pick<
  ScriptedChain,
  "pay" | "payMany" | "mine" | "finalise" | "reorg" | "usdcOf" | "standing"
>;

const controlsOf = (name: string, finalDepth: number, { miner, usdc, final }: Inside): Controls => {
  let paid = 0;
  const outsider = `0x${hexOf(`${name}/outsider`).slice(0, 40)}`;
  const payMany: Controls["payMany"] = (moves, tx) => {
    paid += 1;
    const hash = tx ?? `0x${hexOf(`${name}/outside/${paid}`)}`;
    miner.queue({ kind: "outside", hash, moves });
    return hash;
  };
  return {
    payMany,
    pay(to, amount, { from = outsider, tx } = {}) {
      return { tx: payMany([{ from, to, amount: microUsdc(amount) }], tx), log: 0 };
    },
    mine: (count = 1) => miner.mine(count),
    finalise: () => miner.mine(finalDepth),
    reorg(depth, { lost = () => false, evenFinal = false } = {}) {
      if (!evenFinal && miner.blocks.length - depth <= final()) {
        throw new Error(`Block ${final()} is final: ${depth} blocks can't vanish.`);
      }
      miner.reorg(depth, (tx) => !lost(tx));
    },
    usdcOf: (address) => microUsdc(usdcIn(miner.blocks, usdc, address)),
    get standing() {
      return miner.blocks.flatMap(transfersOf);
    },
  };
};

/** A chain for tests, whose contract is `describeChainContract`'s. */
export const scriptedChain = (options: ScriptedChainOptions = {}): ScriptedChain => {
  const { name = "scripted", simulated = true, finalDepth = 3, firstBlock = 10 } = options;
  const hotWallet = `0x${hexOf(`${name}/hot`).slice(0, 40)}`;
  const usdc = new Map([[hotWallet, options.hotUsdc ?? (simulated ? 1_000_000_000_000n : 0n)]]);
  const wei = new Map([[hotWallet, options.hotWei ?? 10n ** 21n]]);
  const miner = scriptedMiner({ name, firstBlock, usdc, wei });
  const node = honestNode();
  const inside: Inside = {
    miner,
    node,
    usdc,
    wei,
    final: () => Math.max(0, miner.blocks.length - 1 - finalDepth),
    async ask(question, answer) {
      await node.before(question);
      if (node.down) throw new ChainError("unavailable", "The scripted node is down.");
      const answered = await answer();
      await node.after(question);
      return answered;
    },
  };
  const addressAt = (index: number) => `0x${hexOf(`${name}/address/${index}`).slice(0, 40)}`;
  const keys = options.keys ?? true;
  const controls = controlsOf(name, finalDepth, inside);
  return {
    name,
    asset: options.asset ?? `scripted:${name}`,
    simulated,
    hotWallet,
    coldWallet: options.coldWallet,
    startBlock: options.startBlock ?? 1n,
    addressAt,
    addressFrom: (text) => (ADDRESS.test(text.toLowerCase()) ? text.toLowerCase() : undefined),
    ...readsOf(inside),
    ...writesOf(inside),
    sweepWay: () => inside.ask("sweepWay", () => options.sweepWay ?? "authorization"),
    sender: keys ? scriptedSender(hotWallet) : undefined,
    depositSender: (index) => (keys ? scriptedSender(addressAt(index)) : undefined),
    node,
    miner,
    finalDepth,
    ...controls,
    get standing() {
      return controls.standing;
    },
  };
};
