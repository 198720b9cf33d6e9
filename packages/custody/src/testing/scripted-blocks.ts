import { createHash } from "node:crypto";
import { microUsdc, type MicroUsdc } from "@closebell/money";
import type { BlockRef } from "../block-ref.ts";
import type { ChainTransfer } from "../chain.ts";
import type { Fees, PaymentOrder } from "../chain-sender.ts";

/** One movement of USDC. */
export interface ScriptedMove {
  readonly from: string;
  readonly to: string;
  readonly amount: MicroUsdc;
}

/** A transaction of somebody outside: USDC moves, and nobody counts its number. */
export interface OutsideTransaction {
  readonly kind: "outside";
  readonly hash: string;
  readonly moves: readonly ScriptedMove[];
}

/** A transaction that one of our keys signed. */
export interface OwnTransaction {
  readonly kind: "own";
  readonly hash: string;
  readonly raw: string;
  readonly from: string;
  readonly nonce: number;
  readonly gas: bigint;
  readonly fees: Fees;
  readonly order: PaymentOrder;
}

/** A transaction in its block, with what it did there. */
export interface MinedTransaction {
  readonly transaction: OutsideTransaction | OwnTransaction;
  readonly succeeded: boolean;
  readonly moves: readonly ScriptedMove[];
  /** In the chain's smallest unit, paid by the sender whether it succeeded or not. */
  readonly fee: bigint;
}

export interface ScriptedBlock extends BlockRef {
  readonly mined: readonly MinedTransaction[];
}

/** What the token's issuer does to it. */
export interface TokenRules {
  paused: boolean;
  readonly blacklist: Set<string>;
}

/** Units of gas each order takes. */
export const GAS = { usdc: 50_000n, authorized: 90_000n, gas: 21_000n, nothing: 21_000n } as const;

export const hexOf = (text: string): string => createHash("sha256").update(text).digest("hex");

/** USDC of an address after some blocks; who was given none begins at zero and may go below it if he is outside. */
export const usdcIn = (
  blocks: readonly ScriptedBlock[],
  given: ReadonlyMap<string, bigint>,
  address: string,
): bigint => {
  let balance = given.get(address) ?? 0n;
  for (const { mined } of blocks) {
    for (const { moves } of mined) {
      for (const move of moves) {
        if (move.to === address) balance += move.amount;
        if (move.from === address) balance -= move.amount;
      }
    }
  }
  return balance;
};

/** Native coin of an address after some blocks. */
export const weiIn = (
  blocks: readonly ScriptedBlock[],
  given: ReadonlyMap<string, bigint>,
  address: string,
): bigint => {
  let balance = given.get(address) ?? 0n;
  for (const { mined } of blocks) {
    for (const { transaction, succeeded, fee } of mined) {
      if (transaction.kind !== "own") continue;
      const gift = transaction.order.kind === "gas" && succeeded ? transaction.order : undefined;
      if (transaction.from === address) balance -= fee + (gift?.wei ?? 0n);
      if (gift?.to === address) balance += gift.wei;
    }
  }
  return balance;
};

/** How many transactions of an address stand in some blocks. */
export const nonceIn = (blocks: readonly ScriptedBlock[], address: string): number =>
  blocks
    .flatMap((block) => block.mined)
    .filter(({ transaction }) => transaction.kind === "own" && transaction.from === address).length;

/** The transfers of a block, as a node tells them. */
export const transfersOf = (block: ScriptedBlock): readonly ChainTransfer[] =>
  block.mined.flatMap(({ transaction, moves }) =>
    moves.map((move, log) => ({
      ...move,
      tx: transaction.hash,
      log,
      block: { number: block.number, hash: block.hash },
    })),
  );

/** What the permission's holder would have signed. */
export const signatureOf = (order: {
  readonly from: string;
  readonly to: string;
  readonly amount: bigint;
  readonly validAfter: bigint;
  readonly validBefore: bigint;
  readonly nonce: string;
}): string =>
  `0x${hexOf(
    [order.from, order.to, order.amount, order.validAfter, order.validBefore, order.nonce].join(),
  )}`;

/** The USDC an order would move, if it may. */
const moveOf = (sender: string, order: PaymentOrder): ScriptedMove | undefined => {
  if (order.kind === "usdc") return { from: sender, to: order.to, amount: order.amount };
  if (order.kind !== "authorized") return undefined;
  const { from, to, amount } = order.authorization;
  return { from, to, amount };
};

interface Trial {
  readonly blocks: readonly ScriptedBlock[];
  readonly given: ReadonlyMap<string, bigint>;
  readonly rules: TokenRules;
  readonly sender: string;
  readonly order: PaymentOrder;
  /** Seconds since 1970 by the chain's time. */
  readonly time: bigint;
}

const permissionProblem = ({ blocks, order, time }: Trial): string | undefined => {
  if (order.kind !== "authorized") return undefined;
  const { authorization } = order;
  if (authorization.signature !== signatureOf(authorization)) return "invalid signature";
  if (time <= authorization.validAfter) return "authorization is not yet valid";
  if (time >= authorization.validBefore) return "authorization is expired";
  const used = blocks
    .flatMap((block) => block.mined)
    .some(
      ({ transaction, succeeded }) =>
        succeeded &&
        transaction.kind === "own" &&
        transaction.order.kind === "authorized" &&
        transaction.order.authorization.from === authorization.from &&
        transaction.order.authorization.nonce === authorization.nonce,
    );
  return used ? "authorization is used or canceled" : undefined;
};

/** What an order would do after some blocks: the USDC it moves, or why the token undoes it. */
export const tryOrder = (
  trial: Trial,
): { readonly moves: readonly ScriptedMove[] } | { readonly reason: string } => {
  const move = moveOf(trial.sender, trial.order);
  if (move === undefined) return { moves: [] };
  if (trial.rules.paused) return { reason: "Pausable: paused" };
  for (const address of [trial.sender, move.from, move.to]) {
    if (trial.rules.blacklist.has(address))
      return { reason: "Blacklistable: account is blacklisted" };
  }
  const problem = permissionProblem(trial);
  if (problem !== undefined) return { reason: problem };
  if (usdcIn(trial.blocks, trial.given, move.from) < move.amount) {
    return { reason: "ERC20: transfer amount exceeds balance" };
  }
  return { moves: [{ ...move, amount: microUsdc(move.amount) }] };
};
