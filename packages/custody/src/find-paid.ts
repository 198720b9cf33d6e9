import { reachable } from "@closebell/database";
import { inArray } from "drizzle-orm";
import type { BlockRef } from "./block-ref.ts";
import { ChainError, type ChainTransfer } from "./chain.ts";
import type { ChainPass } from "./chain-pass.ts";
import type { Attempt, Payment } from "./payment.ts";
import { readPages } from "./read-pages.ts";
import { scanPlace } from "./scan-claim.ts";
import { paymentAttempts } from "./tables.ts";

/** Blocks below the first in which a payment could stand: a reorganisation since may have moved it to a lower one. */
const OVERLAP = 32n;

/** The first of these transactions that nobody here has signed. */
const firstUnknown = async (
  { deps }: ChainPass,
  told: readonly string[],
): Promise<string | undefined> => {
  if (told.length === 0) return undefined;
  const { orm, url } = deps.database;
  const signed = await reachable(url, () =>
    orm
      .select({ hash: paymentAttempts.hash })
      .from(paymentAttempts)
      .where(inArray(paymentAttempts.hash, [...told])),
  );
  const known = new Set(signed.map(({ hash }) => hash));
  return told.find((hash) => !known.has(hash));
};

/**
 * Looks for what a payment would have moved among the transfers to its payee, before it is believed that none of its
 * transactions is mined: receipts and transfers are told apart by a node, and money is given back on this. Answers a
 * transaction that was not signed here, as far as the database knows, and that paid the same from the same address: where
 * the database has lost what was signed last, that was this payment.
 * @throws ChainError "inconsistent" where one of its own has paid after all
 */
export const findPaid = async (
  pass: ChainPass,
  { order, sinceBlock, sender }: Payment,
  attempts: readonly Attempt[],
  final: BlockRef,
): Promise<string | undefined> => {
  if (order.kind !== "usdc" || sinceBlock === null) return undefined;
  const { chain, deps } = pass;
  const { to: payee, amount } = order;
  const own = {
    recipients: [payee],
    isHouse: () => false,
    ours: (addresses: readonly string[]) =>
      Promise.resolve(new Set(addresses.filter((address) => address === payee))),
  };
  const ofPayment = new Set(attempts.map(({ hash }) => hash));
  const alike: string[] = [];
  const look = ({ tx, block, ...transfer }: ChainTransfer): void => {
    if (ofPayment.has(tx)) {
      const message = `${tx} paid in block ${block.number}, but has no receipt.`;
      throw new ChainError("inconsistent", message);
    }
    if (transfer.from === sender && transfer.amount === amount) alike.push(tx);
  };
  const from = sinceBlock > OVERLAP ? sinceBlock - OVERLAP : 0n;
  const { pageBlocks } = await reachable(deps.database.url, () =>
    scanPlace(deps.database.orm, chain.name),
  );
  await readPages(chain, { from, to: final, pageBlocks, own }, (page) => {
    for (const transfer of page.transfers) look(transfer);
    return Promise.resolve(true);
  });
  return firstUnknown(pass, alike);
};
