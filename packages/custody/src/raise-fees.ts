import type { Fees } from "./chain-sender.ts";

/** An eighth more, rounded up: nodes ask for a tenth before they let one transaction take the place of another. */
const raised = (price: bigint): bigint => (price * 9n + 7n) / 8n;

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/**
 * Fees of a transaction that is to take the place of one signed with `before`: each at least 12.5 % higher, and no lower
 * than what the chain asks now. Undefined where that is more than `limit` a unit of gas: then it has to wait.
 */
export const raiseFees = (before: Fees, now: Fees, limit: bigint): Fees | undefined => {
  const maxPriorityFeePerGas = larger(
    raised(before.maxPriorityFeePerGas),
    now.maxPriorityFeePerGas,
  );
  const asked = larger(raised(before.maxFeePerGas), now.maxFeePerGas);
  const maxFeePerGas = larger(asked, maxPriorityFeePerGas);
  return maxFeePerGas <= limit ? { maxFeePerGas, maxPriorityFeePerGas } : undefined;
};
