import { createHash } from "node:crypto";
import type { MicroUsdc } from "@closebell/money";
import type { Chain, ChainDeposit, ChainPayment, ChainTxStatus, DepositPage } from "../chain.ts";

/** What becomes of a payment: final after the chain was asked about it `asks` more times (0: at once). */
export interface ScriptedOutcome {
  readonly status: "confirmed" | "failed";
  readonly asks: number;
}

/** A chain that does what it was told. Nothing happens on it unless a test makes it happen. */
export interface ScriptedChain extends Chain {
  /** Payments that reached the chain, one per withdrawal however often it was sent. */
  readonly sent: readonly (ChainPayment & { readonly tx: string })[];
  /** Someone pays `amount` to `address`; unconfirmed until `confirm`. Answers what names the deposit. */
  deposit(input: {
    readonly address: string;
    readonly amount: MicroUsdc;
    readonly confirmed?: boolean;
    readonly tx?: string;
    readonly log?: number;
  }): { readonly tx: string; readonly log: number };
  /** The deposits of `tx` are deep enough, and are told again. */
  confirm(tx: string): void;
  /** The block of `tx` vanishes: its deposits are told again as reorganised. */
  reorg(tx: string): void;
  /** What is already told is told once more, as a chain may do. */
  repeat(tx: string): void;
  /** What becomes of payments to `address`. Others are confirmed at once. */
  settle(address: string, outcome: ScriptedOutcome): void;
  /** While down, everything that asks the chain rejects. */
  down(yes: boolean): void;
}

const hex = (text: string) => createHash("sha256").update(text).digest("hex");

/** Deposits are an append-only tape of what was told; a cursor is a place on it. */
const depositTape = () => {
  const tape: ChainDeposit[] = [];
  return {
    tell: (deposit: ChainDeposit) => void tape.push(deposit),
    again(tx: string, change: Partial<ChainDeposit>) {
      const latest = new Map(tape.filter((told) => told.tx === tx).map((told) => [told.log, told]));
      if (latest.size === 0) throw new Error(`The scripted chain has told no deposit ${tx}.`);
      for (const deposit of latest.values()) tape.push({ ...deposit, ...change });
    },
    count: () => tape.length,
    after: (cursor: string | null): DepositPage => ({
      deposits: tape.slice(Number(cursor ?? "0")),
      cursor: String(tape.length),
    }),
  };
};

/** Payments and what is to become of them. */
const paymentBook = (name: string) => {
  const sent = new Map<string, ChainPayment & { readonly tx: string }>();
  const outcomes = new Map<string, ScriptedOutcome>();
  const asked = new Map<string, number>();
  return {
    sent,
    outcomes,
    send(payment: ChainPayment) {
      const tx = `0x${hex(`${name}/payment/${payment.withdrawalId}`)}`;
      if (!sent.has(tx)) sent.set(tx, { ...payment, tx });
      return { tx };
    },
    statusOf(tx: string): ChainTxStatus {
      const payment = sent.get(tx);
      if (payment === undefined) return "unknown";
      const outcome = outcomes.get(payment.to) ?? { status: "confirmed", asks: 0 };
      const asks = asked.get(tx) ?? 0;
      asked.set(tx, asks + 1);
      return asks < outcome.asks ? "pending" : outcome.status;
    },
  };
};

/** A chain for tests: delayed, failing, repeating and reorganised as the test says. */
export const scriptedChain = (options: { readonly name?: string } = {}): ScriptedChain => {
  const name = options.name ?? "scripted";
  const tape = depositTape();
  const book = paymentBook(name);
  let isDown = false;
  const ask = async <T>(answer: () => T): Promise<T> => {
    if (isDown) throw new Error("The scripted chain is down.");
    return await Promise.resolve(answer());
  };
  return {
    name,
    simulated: true,
    get sent() {
      return [...book.sent.values()];
    },
    addressAt: (index) => `0x${hex(`${name}/address/${index}`).slice(0, 40)}`,
    isAddress: (text) => /^0x[0-9a-f]{40}$/.test(text),
    deposits: (cursor) => ask(() => tape.after(cursor)),
    send: (payment) => ask(() => book.send(payment)),
    statusOf: (tx) => ask(() => book.statusOf(tx)),
    height: () => ask(() => BigInt(tape.count())),
    deposit({ address, amount, confirmed = false, log = 0, tx }) {
      const named = tx ?? `0x${hex(`${name}/deposit/${tape.count()}`)}`;
      tape.tell({ tx: named, log, address, amount, confirmed });
      return { tx: named, log };
    },
    confirm: (tx) => tape.again(tx, { confirmed: true, reorged: false }),
    reorg: (tx) => tape.again(tx, { confirmed: false, reorged: true }),
    repeat: (tx) => tape.again(tx, {}),
    settle: (address, outcome) => void book.outcomes.set(address, outcome),
    down: (yes) => {
      isDown = yes;
    },
  };
};
