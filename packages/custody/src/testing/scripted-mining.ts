import type { Receipt, Taken } from "../chain-sender.ts";
import {
  GAS,
  hexOf,
  nonceIn,
  tryOrder,
  weiIn,
  type MinedTransaction,
  type OutsideTransaction,
  type OwnTransaction,
  type ScriptedBlock,
  type TokenRules,
} from "./scripted-blocks.ts";

/** Blocks, and what waits to be in the next one. */
export interface ScriptedMiner {
  readonly blocks: readonly ScriptedBlock[];
  /** Blocks that stood once and do not any more. */
  readonly vanished: readonly ScriptedBlock[];
  readonly rules: TokenRules;
  /** What a unit of gas costs at least, in wei. */
  baseFee: bigint;
  /** While true, nothing of ours is taken into a block. */
  ignoring: boolean;
  /** Transactions of ours that wait, by sender and number. */
  waiting(): readonly OwnTransaction[];
  take(transaction: OwnTransaction): Taken;
  /** An outside transaction, for the next block. */
  queue(transaction: OutsideTransaction): void;
  /** All that waits is forgotten, as by a node that was started anew; `tx` alone, if given. */
  forget(tx?: string): void;
  mine(count: number): void;
  /** The newest `depth` blocks vanish; what `keep` says waits again, and `depth + 1` empty ones take their place. */
  reorg(depth: number, keep: (tx: string) => boolean): void;
  receipt(hash: string, upTo: number): Receipt | undefined;
}

const timeNow = (): bigint => BigInt(Math.floor(Temporal.Now.instant().epochMilliseconds / 1000));

/** A price at least a tenth above another's, as nodes ask for before they replace a transaction. */
const outbids = (bid: bigint, other: bigint): boolean => bid * 10n >= other * 11n;

const keyOf = (transaction: OwnTransaction): string => `${transaction.from}/${transaction.nonce}`;

const refused = (reason: string): Taken => ({ kind: "refused", reason });

/** A chain's blocks from 0 to `firstBlock`, on which only what is mined happens. */
export const scriptedMiner = (options: {
  readonly name: string;
  readonly firstBlock: number;
  readonly usdc: ReadonlyMap<string, bigint>;
  readonly wei: ReadonlyMap<string, bigint>;
}): ScriptedMiner => {
  const blocks: ScriptedBlock[] = [];
  const vanished: ScriptedBlock[] = [];
  const rules: TokenRules = { paused: false, blacklist: new Set() };
  const pool = new Map<string, OwnTransaction>();
  let outside: OutsideTransaction[] = [];
  let made = 0;

  const append = (mined: readonly MinedTransaction[]) => {
    made += 1;
    const parent = blocks.at(-1)?.hash ?? "";
    const names = mined.map(({ transaction }) => transaction.hash).join();
    const hash = `0x${hexOf(`${options.name}/${parent}/${made}/${names}`)}`;
    blocks.push({ number: BigInt(blocks.length), hash, mined });
  };
  for (let n = 0; n <= options.firstBlock; n += 1) append([]);

  const execute = (before: readonly ScriptedBlock[], own: OwnTransaction): MinedTransaction => {
    const asked = miner.baseFee + own.fees.maxPriorityFeePerGas;
    const price = asked < own.fees.maxFeePerGas ? asked : own.fees.maxFeePerGas;
    const fee = GAS[own.order.kind] * price;
    const trial = {
      blocks: before,
      given: options.usdc,
      rules,
      sender: own.from,
      order: own.order,
    };
    const outcome = tryOrder({ ...trial, time: timeNow() });
    const done = "moves" in outcome && own.gas >= GAS[own.order.kind];
    return { transaction: own, succeeded: done, moves: done ? outcome.moves : [], fee };
  };

  const due = (before: readonly ScriptedBlock[]): OwnTransaction | undefined =>
    [...pool.values()].find(
      (own) => own.nonce === nonceIn(before, own.from) && own.fees.maxFeePerGas >= miner.baseFee,
    );

  const mineOne = () => {
    const mined: MinedTransaction[] = outside.map((transaction) => ({
      transaction,
      succeeded: true,
      moves: transaction.moves,
      fee: 0n,
    }));
    outside = [];
    const soFar = () => [...blocks, { number: BigInt(blocks.length), hash: "", mined }];
    for (let own = miner.ignoring ? undefined : due(soFar()); own; own = due(soFar())) {
      mined.push(execute(soFar(), own));
      pool.delete(keyOf(own));
    }
    append(mined);
  };

  const take = (own: OwnTransaction): Taken => {
    if (own.nonce < nonceIn(blocks, own.from)) return { kind: "nonce-used" };
    const rival = pool.get(keyOf(own));
    if (rival?.hash === own.hash) return { kind: "accepted" };
    const gift = own.order.kind === "gas" ? own.order.wei : 0n;
    if (weiIn(blocks, options.wei, own.from) < own.gas * own.fees.maxFeePerGas + gift) {
      return refused("insufficient funds for gas * price + value");
    }
    const higher =
      rival === undefined ||
      (outbids(own.fees.maxFeePerGas, rival.fees.maxFeePerGas) &&
        outbids(own.fees.maxPriorityFeePerGas, rival.fees.maxPriorityFeePerGas));
    if (!higher) return { kind: "underpriced" };
    pool.set(keyOf(own), own);
    return { kind: "accepted" };
  };

  const giveBack = ({ transaction }: MinedTransaction) => {
    if (transaction.kind === "outside") outside.push(transaction);
    else if (!pool.has(keyOf(transaction))) pool.set(keyOf(transaction), transaction);
  };

  const miner: ScriptedMiner = {
    blocks,
    vanished,
    rules,
    baseFee: 1_000_000_000n,
    ignoring: false,
    waiting: () => [...pool.values()],
    take,
    queue: (transaction) => void outside.push(transaction),
    forget(tx) {
      outside = outside.filter(({ hash }) => tx !== undefined && hash !== tx);
      for (const own of pool.values()) {
        if (tx === undefined || own.hash === tx) pool.delete(keyOf(own));
      }
    },
    mine(count) {
      for (let n = 0; n < count; n += 1) mineOne();
    },
    reorg(depth, keep) {
      const gone = depth === 0 ? [] : blocks.splice(-depth);
      vanished.push(...gone);
      const mined = gone.flatMap((block) => block.mined);
      for (const one of mined) if (keep(one.transaction.hash)) giveBack(one);
      for (let n = 0; n <= depth; n += 1) append([]);
    },
    receipt(hash, upTo) {
      for (const block of blocks.slice(0, upTo + 1)) {
        const found = block.mined.find(({ transaction }) => transaction.hash === hash);
        if (found === undefined) continue;
        return {
          block: { number: block.number, hash: block.hash },
          succeeded: found.succeeded,
        };
      }
      return undefined;
    },
  };
  return miner;
};
