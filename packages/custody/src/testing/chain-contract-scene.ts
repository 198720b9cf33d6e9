import { microUsdc, type MicroUsdc } from "@closebell/money";
import type { BlockRef } from "../block-ref.ts";
import type { Chain, ChainTransfer } from "../chain.ts";
import type { ChainSender, PaymentOrder, SignedTransaction } from "../chain-sender.ts";

/** A chain to judge, and the means to make things happen on it. Its hot wallet holds at least 1,000 USDC, and gas. */
export interface ChainUnderTest {
  readonly chain: Chain;
  /** Pays `amount` to `address` from outside, in a block of its own; answers what names the transfer. */
  readonly deposit?: (
    address: string,
    amount: MicroUsdc,
  ) => Promise<{ readonly tx: string; readonly log: number }>;
  /** Mines one block of what waits. Nothing is mined by itself. */
  readonly mine?: () => Promise<void>;
  /** Mines what waits, and as many blocks as make it final. */
  readonly settle?: () => Promise<void>;
  /** The newest `depth` blocks vanish with all that was in them; others, without transactions, take their place. */
  readonly reorg?: (depth: number) => Promise<void>;
  readonly close?: () => Promise<void>;
}

/** What the suite may use. */
export interface ChainFacts {
  readonly payee: string;
  /** An address to which payments are undone. */
  readonly refusing: string;
  /** Whether blocks come and go on it, by `deposit`, `mine`, `settle` and `reorg`. */
  readonly blocks: boolean;
}

export type Judge = (title: string, body: (subject: ChainUnderTest) => Promise<void>) => void;

/** The subject with all its means; fails where one that was promised is missing. */
export const movable = (subject: ChainUnderTest) => {
  const { chain, deposit, mine, settle, reorg } = subject;
  if (!deposit || !mine || !settle || !reorg) {
    throw new Error("This chain was said to have blocks that come and go.");
  }
  return { chain, deposit, mine, settle, reorg };
};

export const usdc = (whole: bigint): MicroUsdc => microUsdc(whole * 1_000_000n);

/** Who signs for the hot wallet. */
export const hotSender = (chain: Chain): ChainSender => {
  if (chain.sender === undefined) throw new Error("The chain under test holds no key.");
  return chain.sender;
};

/** Signed as `estimate` and `fees` advise, with `raise` percent on top of the price. */
export const signOrder = async (
  chain: Chain,
  order: PaymentOrder,
  terms: { readonly nonce: number; readonly gas?: bigint; readonly raise?: bigint },
): Promise<SignedTransaction> => {
  const sender = hotSender(chain);
  const estimate = await chain.estimate(sender.address, order);
  const gas = terms.gas ?? (estimate.kind === "gas" ? estimate.gas : undefined);
  if (gas === undefined) throw new Error("The chain would undo this order.");
  const { maxFeePerGas, maxPriorityFeePerGas } = await chain.fees();
  const raised = (fee: bigint) => fee + (fee * (terms.raise ?? 0n)) / 100n;
  return await sender.sign({
    order,
    nonce: terms.nonce,
    gas,
    fees: {
      maxFeePerGas: raised(maxFeePerGas),
      maxPriorityFeePerGas: raised(maxPriorityFeePerGas),
    },
  });
};

/** Every transfer to one of `addresses` from block `from` to the newest. */
export const transfersTo = async (
  chain: Chain,
  addresses: readonly string[],
  from = chain.startBlock,
): Promise<readonly ChainTransfer[]> => {
  const { latest } = await chain.head();
  return await chain.transfers({ from, to: latest, ours: among(addresses) });
};

/** Tells which of the addresses it is asked about are among `addresses`. */
export const among =
  (addresses: readonly string[]) =>
  (asked: readonly string[]): Promise<ReadonlySet<string>> =>
    Promise.resolve(new Set(asked.filter((address) => addresses.includes(address))));

export const balanceOf = async (chain: Chain, address: string, at?: BlockRef) => {
  const [balance] = await chain.balances([address], at ?? (await chain.head()).latest);
  return balance;
};
