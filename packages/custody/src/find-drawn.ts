import { DomainError } from "@closebell/context";
import { reachable } from "@closebell/database";
import { eq } from "drizzle-orm";
import { askChain } from "./ask-chain.ts";
import type { BlockRef } from "./block-ref.ts";
import { ChainError, type Chain, type ChainTransfer } from "./chain.ts";
import type { CustodyDeps } from "./custody-deps.ts";
import { lastFinalBlock } from "./last-final-block.ts";
import { ownAddresses } from "./own-addresses.ts";
import { paymentAttempts } from "./tables.ts";

const notFound = (detail: string): DomainError => new DomainError("TRANSFER_NOT_FOUND", detail);
const conflict = (detail: string): DomainError => new DomainError("TRANSFER_CONFLICT", detail);

const everybody = (addresses: readonly string[]) => Promise.resolve(new Set(addresses));

/** A node that has another block there than the one that was read knows nothing about what is final. */
const judgeFinal = async (chain: Chain, { number, hash }: BlockRef): Promise<void> => {
  const standing = await chain.blockAt(number);
  if (standing?.hash === hash) return;
  if (standing === undefined) throw new ChainError("behind", `Block ${number} is not there yet.`);
  throw new ChainError("inconsistent", `Block ${number} is not the one that was read.`);
};

/** Refuses what is booked as the withdrawal it pays, or moves within the house. */
const judgeUnsigned = async ({ database }: CustodyDeps, tx: string): Promise<void> => {
  const [attempt] = await reachable(database.url, () =>
    database.orm
      .select({ hash: paymentAttempts.hash })
      .from(paymentAttempts)
      .where(eq(paymentAttempts.hash, tx)),
  );
  if (attempt === undefined) return;
  throw conflict(
    `${tx} is a payment that the service made itself, and books itself (\`chain withdrawals\`). Name the one you paid by hand.`,
  );
};

/** The block a transaction stands in for good. */
const finalBlockOf = async (deps: CustodyDeps, chain: Chain, tx: string): Promise<BlockRef> => {
  const last = await lastFinalBlock(deps, chain);
  const receipt = await askChain(chain, async () => {
    await judgeFinal(chain, last);
    return chain.receipt(tx);
  });
  if (receipt === undefined) {
    throw notFound(
      `${tx} stands in no block of ${chain.name}. Look at the hash and the chain; where it was paid just now, wait until it is final.`,
    );
  }
  const { block, succeeded } = receipt;
  if (!succeeded) {
    throw notFound(`${chain.name} undid ${tx}: it moved nothing, so there is nothing to book.`);
  }
  if (block.number <= last.number) return block;
  throw conflict(
    `${tx} stands in block ${block.number}, and ${last.number} is the last final block that was read. Wait, ` +
      "then do the same again: `chain status` says how far the chain is.",
  );
};

/**
 * What a transaction moved from wallets of the house to addresses that are not ours, as the chain tells it: one transfer at
 * least, all of them in one final block.
 * @throws DomainError TRANSFER_NOT_FOUND, TRANSFER_CONFLICT (not final, a payment of ours, or within the house), CHAIN_UNAVAILABLE
 */
export const findDrawn = async (
  deps: CustodyDeps,
  chain: Chain,
  tx: string,
): Promise<readonly ChainTransfer[]> => {
  await judgeUnsigned(deps, tx);
  const block = await finalBlockOf(deps, chain, tx);
  // all of the block: transfers are asked for by payee, and nobody knows yet who that was
  const told = await askChain(chain, () =>
    chain.transfers({ from: block.number, to: block, ours: everybody }),
  );
  const own = await ownAddresses({ deps, chain });
  const paid = told.filter((transfer) => transfer.tx === tx && own.isHouse(transfer.from));
  if (paid.length === 0) {
    throw notFound(
      `${tx} moved no USDC out of a hot or cold wallet of ${chain.name}. Name the transaction that did: \`chain status\` says which wallets there are.`,
    );
  }
  const ours = await own.ours([...new Set(paid.map(({ to }) => to))]);
  const out = paid.filter(({ to }) => !ours.has(to));
  if (out.length > 0) return out;
  throw conflict(
    `${tx} moved USDC between addresses of ours. We hold it as before, so there is nothing to book.`,
  );
};
