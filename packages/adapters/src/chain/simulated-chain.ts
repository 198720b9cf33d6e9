import { createHash } from "node:crypto";
import { ChainError, type BlockRef, type Chain, type ChainSender } from "@closebell/custody";
import { microUsdc } from "@closebell/money";

export interface SimulatedChainOptions {
  /** Two chains of the same seed have the same addresses and transactions. Default "closebell". */
  readonly seed?: string;
}

const hexOf = (...parts: readonly (string | number)[]): string =>
  createHash("sha256").update(parts.join("/")).digest("hex");

/** A payment to such an address is undone, so that a sandbox can show what a failed withdrawal looks like. */
const isRefusing = (address: string) => address.toLowerCase().endsWith("dead");

const PLENTY = microUsdc(1_000_000_000_000_000n);
const FEES = { maxFeePerGas: 2n, maxPriorityFeePerGas: 1n };

const outcomeMark = (seed: string, payment: string, outcome: "succeeded" | "undone") =>
  hexOf(seed, outcome, payment).slice(0, 8);

/** What was signed, in one spelling, so that the same transaction always has the same name. */
const textOf = (value: unknown): string =>
  JSON.stringify(value, (_key, item: unknown) => (typeof item === "bigint" ? `${item}` : item));

const simulatedSender = (seed: string, address: string): ChainSender => ({
  address,
  sign(transaction) {
    const { order } = transaction;
    const raw = textOf({ from: address, ...transaction });
    const payment = hexOf(seed, "payment", raw).slice(0, 56);
    const undone = order.kind === "usdc" && isRefusing(order.to);
    const mark = outcomeMark(seed, payment, undone ? "undone" : "succeeded");
    return Promise.resolve({ raw, hash: `0x${payment}${mark}` });
  },
  authorize: (what) =>
    Promise.resolve({
      ...what,
      from: address,
      signature: `0x${hexOf(seed, "authorization", textOf({ from: address, ...what }))}`,
    }),
});

/** Everything there is: one block, which is final. */
const judgeBlock = (block: BlockRef, told: BlockRef): void => {
  if (told.number === block.number && told.hash === block.hash) return;
  throw new ChainError("inconsistent", `The simulated chain has no block ${told.hash}.`);
};

/**
 * A chain without money, a ledger or a network behind it. Addresses come from the index, a transaction's name from what was
 * signed, and its last eight digits say how it ended: everything is a pure function of its input, so every process and
 * every restart knows the same. Nothing arrives by itself; deposits are announced by hand. What is signed counts as mined
 * for ever in the chain's only block, but is undone where it pays an address that ends in `dead`. The hot wallet never
 * runs out; other addresses hold nothing.
 */
export const simulatedChain = ({ seed = "closebell" }: SimulatedChainOptions = {}): Chain => {
  const addressOf = (...name: readonly (string | number)[]) =>
    `0x${hexOf(seed, ...name).slice(0, 40)}`;
  const block: BlockRef = { number: 0n, hash: `0x${hexOf(seed, "block")}` };
  const hotWallet = addressOf("hot wallet");
  const addressAt = (index: number) => addressOf("address", index);
  return {
    name: "simulated",
    asset: `simulated:${seed}`,
    simulated: true,
    hotWallet,
    coldWallet: undefined,
    startBlock: block.number,
    addressAt,
    addressFrom: (text) => (/^0x[0-9a-fA-F]{40}$/.test(text) ? text.toLowerCase() : undefined),
    head: () => Promise.resolve({ latest: block, final: block }),
    blockAt: (number) => Promise.resolve(number === block.number ? block : undefined),
    transfers: async ({ to }) => {
      judgeBlock(block, to);
      return await Promise.resolve([]);
    },
    balances: async (addresses, at) => {
      judgeBlock(block, at);
      const held = addresses.map((address) => (address === hotWallet ? PLENTY : microUsdc(0n)));
      return await Promise.resolve(held);
    },
    gasBalance: () => Promise.resolve(10n ** 18n),
    nonces: () => Promise.resolve({ latest: 0, final: 0 }),
    fees: () => Promise.resolve(FEES),
    estimate: () => Promise.resolve({ kind: "gas", gas: 21_000n }),
    broadcast: () => Promise.resolve({ kind: "accepted" }),
    receipt(hash) {
      const payment = hash.slice(2, 58);
      const outcome = (["succeeded", "undone"] as const).find(
        (each) => hash === `0x${payment}${outcomeMark(seed, payment, each)}`,
      );
      const receipt = { block, succeeded: outcome === "succeeded" };
      return Promise.resolve(outcome === undefined ? undefined : receipt);
    },
    sweepWay: () => Promise.resolve("gas"),
    sender: simulatedSender(seed, hotWallet),
    depositSender: (index) => simulatedSender(seed, addressAt(index)),
  };
};
