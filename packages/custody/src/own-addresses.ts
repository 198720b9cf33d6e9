import { reachable, texts, transact, type Work } from "@closebell/database";
import { and, eq, sql } from "drizzle-orm";
import type { Chain } from "./chain.ts";
import type { ChainPass } from "./chain-pass.ts";
import { ensureChain } from "./ensure-chain.ts";
import { houseAddresses, wallets, type HousePurpose } from "./tables.ts";

/** Above this many addresses a node is not told which ones are ours. */
const MAX_RECIPIENTS = 1_000;

/** Which addresses of a chain are ours: those of users, and every one the house ever had. */
export interface OwnAddresses {
  /** All of them, where they are few enough to name. */
  readonly recipients: readonly string[] | undefined;
  ours(addresses: readonly string[]): Promise<ReadonlySet<string>>;
  isHouse(address: string): boolean;
}

/** The wallets of the house that the configuration names now. */
const configured = (chain: Chain) => [
  { address: chain.hotWallet, purpose: "hot" as const },
  ...(chain.coldWallet === undefined
    ? []
    : [{ address: chain.coldWallet, purpose: "cold" as const }]),
];

/** Remembers the wallets of the house, so that they stay ours after a change of keys. */
const keepHouse = async (work: Work, chain: Chain): Promise<void> => {
  await ensureChain(work, chain);
  const since = await work.now();
  await work.tx
    .insert(houseAddresses)
    .values(configured(chain).map((wallet) => ({ ...wallet, chain: chain.name, since })))
    .onConflictDoNothing();
};

/** Every wallet the house ever had on a chain, those of today kept first. */
export const houseWallets = async (
  deps: ChainPass["deps"],
  chain: Chain,
): Promise<readonly { readonly address: string; readonly purpose: HousePurpose }[]> => {
  const read = () =>
    reachable(deps.database.url, () =>
      deps.database.orm
        .select({ address: houseAddresses.address, purpose: houseAddresses.purpose })
        .from(houseAddresses)
        .where(eq(houseAddresses.chain, chain.name))
        .orderBy(houseAddresses.since, houseAddresses.address),
    );
  const kept = await read();
  const known = new Set(kept.map((wallet) => wallet.address));
  if (configured(chain).every((wallet) => known.has(wallet.address))) return kept;
  await transact(deps, (work) => keepHouse(work, chain));
  return read();
};

/** Addresses that are ours at this moment; take it after the head they are asked about, so that none of it is missing. */
export const ownAddresses = async ({
  deps,
  chain,
}: Pick<ChainPass, "deps" | "chain">): Promise<OwnAddresses> => {
  const { orm, url } = deps.database;
  const house = new Set((await houseWallets(deps, chain)).map((wallet) => wallet.address));
  const column = { address: wallets.address };
  const few = await reachable(url, () =>
    orm
      .select(column)
      .from(wallets)
      .where(eq(wallets.chain, chain.name))
      .limit(MAX_RECIPIENTS + 1 - Math.min(house.size, MAX_RECIPIENTS)),
  );
  const named = [...house, ...few.map((wallet) => wallet.address)];
  return {
    recipients: named.length > MAX_RECIPIENTS ? undefined : named,
    isHouse: (address) => house.has(address),
    async ours(addresses) {
      const ofUsers = await reachable(url, () =>
        orm
          .select(column)
          .from(wallets)
          .where(
            and(eq(wallets.chain, chain.name), sql`${wallets.address} = any(${texts(addresses)})`),
          ),
      );
      const own = new Set(ofUsers.map((wallet) => wallet.address));
      for (const address of addresses) if (house.has(address)) own.add(address);
      return own;
    },
  };
};
