import { DomainError } from "@closebell/context";
import { reachable } from "@closebell/database";
import { microUsdc, type MicroUsdc } from "@closebell/money";
import { eq } from "drizzle-orm";
import { askChain } from "./ask-chain.ts";
import type { BlockRef } from "./block-ref.ts";
import type { Chain } from "./chain.ts";
import { chainNamed, type CustodyDeps } from "./custody-deps.ts";
import { lastFinalBlock } from "./last-final-block.ts";
import { houseWallets } from "./own-addresses.ts";
import { reserveItems, type ReserveItem } from "./reserve-items.ts";
import { wallets, type HousePurpose } from "./tables.ts";

/** An address of ours and what it held at the block. */
export interface ReserveWallet {
  readonly address: string;
  readonly purpose: HousePurpose | "deposit";
  readonly balanceMicroUsdc: MicroUsdc;
}

/** What a chain holds for us beside what the books say it should. */
export interface Reserves {
  readonly chain: string;
  /** The last final block that was read: everything up to it is known. */
  readonly block: BlockRef;
  readonly onChainMicroUsdc: MicroUsdc;
  /** `custody/<chain>`, above zero: what we hold. */
  readonly ledgerMicroUsdc: MicroUsdc;
  /** What stands between the books and the chain, each with its sign: below zero for what has left us already. */
  readonly items: readonly ReserveItem[];
  /** The books and all items together. */
  readonly expectedMicroUsdc: MicroUsdc;
  /** What is on the chain, less what is expected there. */
  readonly differenceMicroUsdc: MicroUsdc;
  readonly ok: boolean;
  /** Those that hold anything. */
  readonly wallets: readonly ReserveWallet[];
}

/** Addresses a node is asked about at once. */
const CHUNK = 500;

const holdersOf = async (deps: CustodyDeps, chain: Chain) => {
  const house = await houseWallets(deps, chain);
  const ofUsers = await reachable(deps.database.url, () =>
    deps.database.orm
      .select({ address: wallets.address })
      .from(wallets)
      .where(eq(wallets.chain, chain.name))
      .orderBy(wallets.index),
  );
  return [...house, ...ofUsers.map(({ address }) => ({ address, purpose: "deposit" as const }))];
};

const holdingsOf = async (
  deps: CustodyDeps,
  chain: Chain,
  at: BlockRef,
): Promise<readonly ReserveWallet[]> => {
  const holders = await holdersOf(deps, chain);
  const found: ReserveWallet[] = [];
  for (let from = 0; from < holders.length; from += CHUNK) {
    const some = holders.slice(from, from + CHUNK);
    const balances = await askChain(chain, () =>
      chain.balances(
        some.map(({ address }) => address),
        at,
      ),
    );
    for (const [n, holder] of some.entries()) {
      const balanceMicroUsdc = balances[n] ?? microUsdc(0n);
      if (balanceMicroUsdc !== 0n) found.push({ ...holder, balanceMicroUsdc });
    }
  }
  return found;
};

const sumOf = (amounts: readonly bigint[]): MicroUsdc =>
  microUsdc(amounts.reduce((sum, amount) => sum + amount, 0n));

/**
 * Compares what our addresses hold at the last final block that was read with the books: on-chain = ledger custody - what
 * left us and is not booked + what came in and is not credited, and what was booked for blocks above that one taken back.
 * @throws DomainError CHAIN_NOT_FOUND, CHAIN_SIMULATED, CHAIN_UNAVAILABLE
 */
export const reserves = async (
  deps: CustodyDeps,
  input: { readonly chain: string },
): Promise<Reserves> => {
  const chain = chainNamed(deps.chains, input.chain);
  if (chain.simulated) {
    throw new DomainError(
      "CHAIN_SIMULATED",
      `${chain.name} is simulated: no money is on it, so there is nothing to compare.`,
    );
  }
  const block = await lastFinalBlock(deps, chain);
  const holdings = await holdingsOf(deps, chain, block);
  const { ledger, items } = await reserveItems(deps, chain, block);
  const onChain = sumOf(holdings.map(({ balanceMicroUsdc }) => balanceMicroUsdc));
  const expected = sumOf([ledger, ...items.map(({ amountMicroUsdc }) => amountMicroUsdc)]);
  const difference = microUsdc(onChain - expected);
  return {
    chain: chain.name,
    block,
    onChainMicroUsdc: onChain,
    ledgerMicroUsdc: ledger,
    items,
    expectedMicroUsdc: expected,
    differenceMicroUsdc: difference,
    ok: difference === 0n,
    wallets: holdings,
  };
};
