import type { By } from "@closebell/context";
import { transact } from "@closebell/database";
import { getPlayer } from "@closebell/identity";
import { eq, sql } from "drizzle-orm";
import { chainNamed, type CustodyDeps } from "./custody-deps.ts";
import { ensureChain } from "./ensure-chain.ts";
import { chains, wallets } from "./tables.ts";
import { walletColumns, walletOf, type Wallet } from "./wallet.ts";

/**
 * The player's deposit address on a chain: made on first use, the same ever after. Its index is taken from PostgreSQL,
 * so that no two processes hand out one address twice.
 * @throws DomainError USER_NOT_FOUND, CHAIN_NOT_FOUND
 */
export const ensureWallet = async (
  deps: CustodyDeps,
  input: { readonly by: By; readonly userId: string; readonly chain: string },
): Promise<Wallet> => {
  const chain = chainNamed(deps.chains, input.chain);
  const { id: userId } = await getPlayer(deps, input);
  return transact(deps, async (work) => {
    const known = await walletOf(work.tx, userId, chain.name);
    if (known !== undefined) return known;
    await ensureChain(work, chain.name);
    const [taken] = await work.tx
      .update(chains)
      .set({ nextIndex: sql`${chains.nextIndex} + 1` })
      .where(eq(chains.name, chain.name))
      .returning({ next: chains.nextIndex });
    if (taken === undefined) throw new Error(`The chain ${chain.name} has no row.`);
    const index = taken.next - 1;
    const [made] = await work.tx
      .insert(wallets)
      .values({
        userId,
        chain: chain.name,
        index,
        address: chain.addressAt(index),
        createdAt: await work.now(),
      })
      .onConflictDoNothing({ target: [wallets.userId, wallets.chain] })
      .returning(walletColumns);
    const wallet = made ?? (await walletOf(work.tx, userId, chain.name));
    if (wallet === undefined) throw new Error(`The wallet of ${userId} was not made.`);
    return wallet;
  });
};
