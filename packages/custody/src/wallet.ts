import type { Executor } from "@closebell/database";
import { and, eq, sql } from "drizzle-orm";
import { wallets } from "./tables.ts";

/** The address at which a user deposits on a chain; one per user and chain, for ever. */
export interface Wallet {
  readonly userId: string;
  readonly chain: string;
  readonly address: string;
  readonly createdAt: Temporal.Instant;
}

/** What of `custody.wallet` a `Wallet` shows. */
export const walletColumns = {
  userId: wallets.userId,
  chain: wallets.chain,
  address: wallets.address,
  createdAt: wallets.createdAt,
};

/** The wallet of a user on a chain. */
export const walletOf = async (
  on: Executor,
  userId: string,
  chain: string,
): Promise<Wallet | undefined> => {
  const [wallet] = await on
    .select(walletColumns)
    .from(wallets)
    .where(and(eq(wallets.userId, userId), eq(wallets.chain, chain)));
  return wallet;
};

/** The wallet that an address of a chain belongs to, spelled as the chain spells it. */
export const walletAt = async (
  on: Executor,
  chain: string,
  address: string,
): Promise<Wallet | undefined> => {
  const [wallet] = await on
    .select(walletColumns)
    .from(wallets)
    .where(and(eq(wallets.chain, chain), eq(wallets.address, address)));
  return wallet;
};

/** Whether the house has, or ever had, this address on any chain, in any spelling. */
export const isHouseAddress = async (on: Executor, address: string): Promise<boolean> => {
  const found = await on.execute(
    sql`select from custody.house_address where lower(address) = lower(${address}) limit 1`,
  );
  return found.length > 0;
};

/**
 * Whether an address is a user's deposit address, or one the house ever had, on any chain and in any spelling: EVM chains
 * share addresses.
 */
export const isOwnAddress = async (on: Executor, address: string): Promise<boolean> => {
  const found = await on.execute(sql`
    select from custody.wallet where lower(address) = lower(${address})
    union all select from custody.house_address where lower(address) = lower(${address})
    limit 1`);
  return found.length > 0;
};
