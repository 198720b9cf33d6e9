import type { MicroUsdc } from "@closebell/money";

/** USDC that arrived at one of our addresses, as the chain tells it now. `(tx, log)` names it for ever. */
export interface ChainDeposit {
  readonly tx: string;
  /** Index of the transfer among the logs of its transaction. */
  readonly log: number;
  readonly address: string;
  readonly amount: MicroUsdc;
  /** Deep enough to count. The same deposit comes again, confirmed, once it is. */
  readonly confirmed: boolean;
  /** The block it stood in has vanished. The same `(tx, log)` may come back later, mined again. */
  readonly reorged?: boolean;
}

/** One step of reading the chain. Saved together with what it told, `cursor` is where the next step reads on. */
export interface DepositPage {
  readonly deposits: readonly ChainDeposit[];
  readonly cursor: string;
}

/** A payment out of our hot wallet. */
export interface ChainPayment {
  /** UUID of the withdrawal: the chain's idempotency key. */
  readonly withdrawalId: string;
  readonly to: string;
  readonly amount: MicroUsdc;
}

/**
 * What became of a payment's transaction. `pending` may take long; `confirmed` and `failed` are final, and after
 * `failed` nothing has left us; `unknown` says the chain has never heard of it, which proves nothing.
 */
export type ChainTxStatus = "pending" | "confirmed" | "failed" | "unknown";

/**
 * Where USDC comes in and goes out: one implementation per chain, each passing `describeChainContract`.
 * Any method that asks the chain may reject; that means "not known", and the caller asks again later.
 */
export interface Chain {
  /** Names the chain in wallets, deposits and the ledger account `custody/<name>`: lower case, digits, hyphens. */
  readonly name: string;
  /** True where no money exists behind it; shown wherever the chain is shown. */
  readonly simulated: boolean;
  /** Deposit address number `index` (a whole number from 0): the same in every process, a different one each. */
  addressAt(index: number): string;
  /** Whether `text` is an address that could be paid, by form alone. */
  isAddress(text: string): boolean;
  /**
   * Deposits told after `cursor` (null: from the beginning). At least once: an old cursor tells them again, a new
   * depth or a reorganisation tells a known `(tx, log)` again, and none is ever left out.
   */
  deposits(cursor: string | null): Promise<DepositPage>;
  /** Pays once per `withdrawalId`: a repeated call, after a crash or in another process, answers the same `tx`. */
  send(payment: ChainPayment): Promise<{ readonly tx: string }>;
  statusOf(tx: string): Promise<ChainTxStatus>;
  /** Number of the newest block, where the chain has blocks. */
  height?(): Promise<bigint>;
}
