import type { By } from "@closebell/context";
import { transact, type Work } from "@closebell/database";
import { getPlayer } from "@closebell/identity";
import { needScreening } from "@closebell/protection";
import { eq, sql } from "drizzle-orm";
import type { Chain } from "./chain.ts";
import { chainNamed, type CustodyDeps } from "./custody-deps.ts";
import { ensureChain } from "./ensure-chain.ts";
import { chains, wallets } from "./tables.ts";
import { isHouseAddress, walletColumns, walletOf, type Wallet } from "./wallet.ts";

/**
 * The next address of the chain that nobody has. Its index is taken from PostgreSQL, so that no two processes hand out one
 * address twice. Where the house's own wallet is one of them, it is passed over: what is paid to it is no deposit.
 */
const nextAddress = async (work: Work, chain: Chain) => {
  for (;;) {
    const [taken] = await work.tx
      .update(chains)
      .set({ nextIndex: sql`${chains.nextIndex} + 1` })
      .where(eq(chains.name, chain.name))
      .returning({ next: chains.nextIndex });
    if (taken === undefined) throw new Error(`The chain ${chain.name} has no row.`);
    const index = taken.next - 1;
    const address = chain.addressAt(index);
    const house = [chain.hotWallet, chain.coldWallet].includes(address);
    if (!house && !(await isHouseAddress(work.tx, address))) return { index, address };
  }
};

/**
 * The player's deposit address on a chain: made on first use, the same ever after.
 * @throws DomainError USER_NOT_FOUND, CHAIN_NOT_FOUND, SCREENING_REFUSED
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
    if (deps.policy.screened) await needScreening(work, userId);
    await ensureChain(work, chain);
    const next = await nextAddress(work, chain);
    const [made] = await work.tx
      .insert(wallets)
      .values({ ...next, userId, chain: chain.name, createdAt: await work.now() })
      .onConflictDoNothing({ target: [wallets.userId, wallets.chain] })
      .returning(walletColumns);
    const wallet = made ?? (await walletOf(work.tx, userId, chain.name));
    if (wallet === undefined) throw new Error(`The wallet of ${userId} was not made.`);
    return wallet;
  });
};
