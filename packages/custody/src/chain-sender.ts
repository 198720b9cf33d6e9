import type { MicroUsdc } from "@closebell/money";
import type { BlockRef } from "./block-ref.ts";

/** What a transaction is to do. Everything but `usdc` and `authorized` moves no USDC. */
export type PaymentOrder =
  /** Pays `amount` from the sender. */
  | { readonly kind: "usdc"; readonly to: string; readonly amount: MicroUsdc }
  /** Carries out a permission that the holder of another address signed. */
  | { readonly kind: "authorized"; readonly authorization: Authorization }
  /** Native coin, in its smallest unit, so that `to` can pay fees of its own. */
  | { readonly kind: "gas"; readonly to: string; readonly wei: bigint }
  /** A payment of nothing to oneself: uses up a number that would hold up all later ones. */
  | { readonly kind: "nothing" };

/** EIP-3009: whoever presents this may move `amount` from `from` to `to`, once. */
export interface Authorization {
  readonly from: string;
  readonly to: string;
  readonly amount: MicroUsdc;
  /** Seconds since 1970 by the chain's time. */
  readonly validAfter: bigint;
  readonly validBefore: bigint;
  /** 32 bytes, hex: used once per `from`. */
  readonly nonce: string;
  readonly signature: string;
}

/** Prices of one unit of gas, in wei (EIP-1559). */
export interface Fees {
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
}

/** A transaction to sign. */
export interface UnsignedTransaction {
  readonly order: PaymentOrder;
  readonly nonce: number;
  /** Units of gas at most. */
  readonly gas: bigint;
  readonly fees: Fees;
}

/** Bytes that do what they do whoever hands them in, and their name. */
export interface SignedTransaction {
  readonly hash: string;
  readonly raw: string;
}

/** Holds the key of one address, here or elsewhere, and does nothing but sign. */
export interface ChainSender {
  readonly address: string;
  sign(transaction: UnsignedTransaction): Promise<SignedTransaction>;
  /** Signs the permission to take `amount` from this address. */
  authorize(what: Omit<Authorization, "from" | "signature">): Promise<Authorization>;
}

/**
 * What a node said to signed bytes. `accepted`: it has them, now or already. `nonce-used`: a transaction of this number is
 * mined. `underpriced`: another of this number waits, and these bytes pay too little to take its place. `refused`: it will
 * not have them as they are (no money for the fee, too low a price); nothing was sent by this call.
 */
export type Taken =
  | { readonly kind: "accepted" }
  | { readonly kind: "nonce-used" }
  | { readonly kind: "underpriced" }
  | { readonly kind: "refused"; readonly reason: string };

/** A transaction that stands in a block. */
export interface Receipt {
  readonly block: BlockRef;
  /** False where the chain undid it and kept only the fee. */
  readonly succeeded: boolean;
}
