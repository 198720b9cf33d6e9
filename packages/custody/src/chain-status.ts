import { snapshot } from "@closebell/database";
import { microUsdc, type MicroUsdc } from "@closebell/money";
import { and, asc, eq, ne } from "drizzle-orm";
import { askChain } from "./ask-chain.ts";
import type { BlockRef } from "./block-ref.ts";
import type { Chain } from "./chain.ts";
import { chainNamed, type CustodyDeps } from "./custody-deps.ts";
import { countStates, type CustodyCounts } from "./custody-statistics.ts";
import type { PaymentPurpose, PaymentState } from "./payment-state.ts";
import { payments, scans, senders } from "./tables.ts";
import { switchOf } from "./withdrawal-switch.ts";

/** How a chain stands: what it says, and what waits here. */
export interface ChainStatus extends CustodyCounts {
  readonly chain: string;
  readonly simulated: boolean;
  readonly latest: BlockRef;
  readonly final: BlockRef;
  /** The last block read; null before the first. */
  readonly cursor: BlockRef | null;
  /** Blocks of the chain that were not read yet. */
  readonly blocksBehind: number;
  readonly hotWallet: {
    readonly address: string;
    readonly balanceMicroUsdc: MicroUsdc;
    /** Native coin for fees. */
    readonly gasWei: bigint;
  };
  readonly coldWallet: { readonly address: string; readonly balanceMicroUsdc: MicroUsdc } | null;
  /** Since when no withdrawal is paid; null where they are. */
  readonly pausedAt: Temporal.Instant | null;
  readonly pauseReason: string | null;
  /** The number of the hot wallet's next transaction, as given out here. */
  readonly nextNonce: number;
  /** The transaction that waits longest to be final. */
  readonly oldestPayment: {
    readonly withdrawal: string | null;
    readonly purpose: PaymentPurpose;
    readonly nonce: number;
    readonly state: PaymentState;
    readonly since: Temporal.Instant;
  } | null;
  /** Whether this process holds the hot wallet's key. */
  readonly signs: boolean;
}

const booksOf = (deps: CustodyDeps, chain: Chain) =>
  snapshot(deps, async (tx) => {
    const [scan] = await tx
      .select({ number: scans.block, hash: scans.blockHash })
      .from(scans)
      .where(eq(scans.chain, chain.name));
    const [sender] = await tx
      .select({ next: senders.nextNonce })
      .from(senders)
      .where(and(eq(senders.chain, chain.name), eq(senders.address, chain.hotWallet)));
    const [oldest] = await tx
      .select({
        withdrawal: payments.withdrawal,
        purpose: payments.purpose,
        nonce: payments.nonce,
        state: payments.state,
        since: payments.createdAt,
      })
      .from(payments)
      .where(and(eq(payments.chain, chain.name), ne(payments.state, "DONE")))
      .orderBy(asc(payments.createdAt), asc(payments.nonce))
      .limit(1);
    const { number, hash } = scan ?? { number: null, hash: null };
    return {
      cursor: number === null || hash === null ? null : { number, hash },
      nextNonce: sender?.next,
      oldestPayment: oldest ?? null,
      counts: await countStates(tx, chain.name),
      paused: await switchOf(tx, chain.name),
    };
  });

const behind = (chain: Chain, latest: BlockRef, cursor: BlockRef | null): number => {
  const read = cursor?.number ?? chain.startBlock - 1n;
  return latest.number > read ? Number(latest.number - read) : 0;
};

/**
 * How a chain stands, asked of the chain and of the database.
 * @throws DomainError CHAIN_NOT_FOUND, CHAIN_UNAVAILABLE
 */
export const chainStatus = async (
  deps: CustodyDeps,
  input: { readonly chain: string },
): Promise<ChainStatus> => {
  const chain = chainNamed(deps.chains, input.chain);
  const { coldWallet: cold, hotWallet: hot } = chain;
  const asked = await askChain(chain, async () => {
    const { latest, final } = await chain.head();
    const [balances, gasWei, nonces] = await Promise.all([
      chain.balances(cold === undefined ? [hot] : [hot, cold], latest),
      chain.gasBalance(hot),
      chain.nonces(hot),
    ]);
    return { latest, final, balances, gasWei, mined: nonces.latest };
  });
  const { latest, final, balances, gasWei, mined } = asked;
  const { cursor, nextNonce, oldestPayment, counts, paused } = await booksOf(deps, chain);
  const [held = microUsdc(0n), kept = microUsdc(0n)] = balances;
  return {
    chain: chain.name,
    simulated: chain.simulated,
    latest,
    final,
    cursor,
    blocksBehind: behind(chain, latest, cursor),
    hotWallet: { address: hot, balanceMicroUsdc: held, gasWei },
    coldWallet: cold === undefined ? null : { address: cold, balanceMicroUsdc: kept },
    pausedAt: paused.pausedAt,
    pauseReason: paused.reason,
    ...counts,
    nextNonce: nextNonce ?? mined,
    oldestPayment,
    signs: chain.sender !== undefined,
  };
};
