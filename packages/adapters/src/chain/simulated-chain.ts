import { createHash } from "node:crypto";
import type { Chain, ChainTxStatus } from "@closebell/custody";

export interface SimulatedChainOptions {
  /** Two chains of the same seed have the same addresses and transactions. Default "closebell". */
  readonly seed?: string;
}

const hexOf = (...parts: readonly (string | number)[]): string =>
  createHash("sha256").update(parts.join("/")).digest("hex");

/** A payment to such an address fails, so that a sandbox can show what a failed withdrawal looks like. */
const isRefusing = (address: string) => address.toLowerCase().endsWith("dead");

const outcomeMark = (seed: string, payment: string, outcome: "confirmed" | "failed") =>
  hexOf(seed, outcome, payment).slice(0, 8);

/**
 * A chain without money, a ledger or a network behind it. Addresses come from the index, transactions from the
 * withdrawal's id, and a transaction's last eight digits say how it ended: everything is a pure function of its input, so
 * every process and every restart knows the same. Nothing arrives by itself; deposits are announced by hand. Payments are
 * confirmed at once, but fail to an address that ends in `dead`.
 */
export const simulatedChain = ({ seed = "closebell" }: SimulatedChainOptions = {}): Chain => ({
  name: "simulated",
  simulated: true,
  addressAt: (index) => `0x${hexOf(seed, "address", index).slice(0, 40)}`,
  isAddress: (text) => /^0x[0-9a-fA-F]{40}$/.test(text),
  deposits: (cursor) => Promise.resolve({ deposits: [], cursor: cursor ?? "0" }),
  send({ withdrawalId, to }) {
    const payment = hexOf(seed, "payment", withdrawalId).slice(0, 56);
    const outcome = isRefusing(to) ? "failed" : "confirmed";
    return Promise.resolve({ tx: `0x${payment}${outcomeMark(seed, payment, outcome)}` });
  },
  statusOf(tx) {
    const payment = tx.slice(2, 58);
    const status = (["confirmed", "failed"] as const).find(
      (outcome) => tx === `0x${payment}${outcomeMark(seed, payment, outcome)}`,
    );
    return Promise.resolve<ChainTxStatus>(status ?? "unknown");
  },
});
