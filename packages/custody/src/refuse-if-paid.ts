import { ChainError, type BlockRef } from "./chain.ts";
import type { ChainPass } from "./chain-pass.ts";
import type { Attempt, Payment } from "./payment.ts";
import { MAX_PAGE, readPages } from "./read-pages.ts";

/**
 * Looks for what a payment would have moved among the transfers to its payee, before it is believed that none of its
 * transactions is mined: receipts and transfers are told apart by a node, and money is given back on this.
 * @throws ChainError "inconsistent" where it was paid after all
 */
export const refuseIfPaid = async (
  { chain }: ChainPass,
  { order, sinceBlock }: Payment,
  attempts: readonly Attempt[],
  final: BlockRef,
): Promise<void> => {
  if (order.kind !== "usdc" || sinceBlock === null) return;
  const { to: payee } = order;
  const own = {
    recipients: [payee],
    isHouse: () => false,
    ours: (addresses: readonly string[]) =>
      Promise.resolve(new Set(addresses.filter((address) => address === payee))),
  };
  const ofPayment = new Set(attempts.map(({ hash }) => hash));
  // A reorganisation since may have moved it to a lower block.
  const from = sinceBlock > 32n ? sinceBlock - 32n : 0n;
  await readPages(chain, { from, to: final, pageBlocks: MAX_PAGE, own }, (page) => {
    const paid = page.transfers.find(({ tx }) => ofPayment.has(tx));
    if (paid === undefined) return Promise.resolve(true);
    const { tx, block } = paid;
    throw new ChainError(
      "inconsistent",
      `${tx} paid in block ${block.number}, but has no receipt.`,
    );
  });
};
