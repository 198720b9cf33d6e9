import type { BlockRef } from "./block-ref.ts";
import type { MicroUsdc } from "@closebell/money";
import type { ChainSender, Fees, PaymentOrder, Receipt, Taken } from "./chain-sender.ts";

/** How far the chain has come. */
export interface ChainHead {
  readonly latest: BlockRef;
  /** The newest block that will not vanish any more, by what the chain itself promises. Never above `latest`. */
  readonly final: BlockRef;
}

/** USDC that moved from one address to another. `(tx, log)` names it for ever, in whichever block it is mined. */
export interface ChainTransfer {
  readonly tx: string;
  /** Index of the event among those of its transaction: the same when the transaction is mined again elsewhere. */
  readonly log: number;
  readonly block: BlockRef;
  readonly from: string;
  readonly to: string;
  readonly amount: MicroUsdc;
}

/** Which transfers to tell. */
export interface TransferQuery {
  readonly from: bigint;
  /** The last block, as `head` or `blockAt` named it. */
  readonly to: BlockRef;
  /** Only those to these addresses, where there are few enough to name them to a node. */
  readonly recipients?: readonly string[];
  /** Which of the addresses something was paid to matter; the rest is left out. */
  readonly ours: (addresses: readonly string[]) => Promise<ReadonlySet<string>>;
}

/** What an estimate came to: units of gas, or why the chain would undo the transaction. */
export type Estimate =
  | { readonly kind: "gas"; readonly gas: bigint }
  | { readonly kind: "reverts"; readonly reason: string };

/** How money gets from a deposit address to the hot wallet: by a signed permission (EIP-3009), or by its own payment. */
export type SweepWay = "authorization" | "gas";

/**
 * Where USDC comes in and goes out: one implementation per chain, each passing `describeChainContract`. It keeps no state
 * of its own: what must not be forgotten stands in the database. Any method that asks the chain may reject with a
 * `ChainError`; that means "not known", and the caller asks again later. Addresses are told in one spelling, that of
 * `addressFrom`; hashes are lower-case hex after 0x.
 */
export interface Chain {
  /** Names the chain in wallets, deposits and the ledger account `custody/<name>`: lower case, digits, hyphens. */
  readonly name: string;
  /** What the name stands for: which token on which chain, whatever node tells of it (CAIP-19 on an EVM chain). */
  readonly asset: string;
  /** True where no money exists behind it; shown wherever the chain is shown. */
  readonly simulated: boolean;
  /** Where withdrawals are paid from. */
  readonly hotWallet: string;
  /** Where what the hot wallet may not hold goes to, also ours. */
  readonly coldWallet: string | undefined;
  /** First block in which anything of ours can be. */
  readonly startBlock: bigint;
  /** Deposit address number `index` (a whole number from 0): the same in every process, a different one each. */
  addressAt(index: number): string;
  /** The address `text` means, in the chain's one spelling; undefined where it is none that could be paid. */
  addressFrom(text: string): string | undefined;
  head(): Promise<ChainHead>;
  /** The block that stands at `number` now; undefined above the newest. */
  blockAt(number: bigint): Promise<BlockRef | undefined>;
  /**
   * Every transfer of an amount above zero in the blocks `from` to `to`, in their order. Rejects where `to` does not stand
   * before and after reading, and where two nodes that are asked tell different things: a page is whole or there is none.
   */
  transfers(query: TransferQuery): Promise<readonly ChainTransfer[]>;
  /** USDC on each address as of a block, in order. */
  balances(addresses: readonly string[], at: BlockRef): Promise<readonly MicroUsdc[]>;
  /** Native coin of an address now, in its smallest unit (wei): what fees are paid with. */
  gasBalance(address: string): Promise<bigint>;
  /** Transactions of an address that are mined: the number the next one gets. `final` counts only those that stay. */
  nonces(address: string): Promise<{ readonly latest: number; readonly final: number }>;
  /** What a transaction is likely to cost now, per unit of gas. */
  fees(): Promise<Fees>;
  /** What an order would take if it were sent from `sender` now. Reserves nothing. */
  estimate(sender: string, order: PaymentOrder): Promise<Estimate>;
  /** Hands signed bytes to the network; the same bytes may be handed in again for ever. */
  broadcast(raw: string): Promise<Taken>;
  /** What became of a transaction: undefined while it stands in no block. */
  receipt(hash: string): Promise<Receipt | undefined>;
  sweepWay(): Promise<SweepWay>;
  /** Signs for the hot wallet; undefined in a process that holds no key. */
  readonly sender: ChainSender | undefined;
  /** Signs for deposit address `index`; undefined in a process that holds no key. */
  depositSender(index: number): ChainSender | undefined;
}

/**
 * Why a chain gave no answer. `unavailable`: down, slow or refusing. `behind`: it does not have what was asked for yet.
 * `inconsistent`: what it told contradicts itself or another node. `wrong-chain`: it is another chain than configured.
 */
export type ChainErrorKind = "unavailable" | "behind" | "inconsistent" | "wrong-chain";

/** A question to a chain that got no answer, or none that can be believed: nothing is known, so nothing is done. */
export class ChainError extends Error {
  readonly kind: ChainErrorKind;

  constructor(kind: ChainErrorKind, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options);
    this.name = "ChainError";
    this.kind = kind;
  }
}
