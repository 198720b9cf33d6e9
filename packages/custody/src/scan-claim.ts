import { transact, type Executor, type Work } from "@closebell/database";
import { and, eq, isNull, sql } from "drizzle-orm";
import type { BlockRef } from "./block-ref.ts";
import type { Chain } from "./chain.ts";
import type { ChainPass } from "./chain-pass.ts";
import { ensureChain } from "./ensure-chain.ts";
import { chains, scans } from "./tables.ts";

/** How far a chain is read. */
export interface ScanPlace {
  /** The last block read; null before the first. */
  readonly block: BlockRef | null;
  /** The last block that was final when it had been read. */
  readonly final: BlockRef | null;
  /** How many blocks at once the node has answered for lately. */
  readonly pageBlocks: number;
}

/** The right to read a chain on, until somebody else has it. */
export interface ScanClaim {
  readonly claim: string;
  readonly place: ScanPlace;
}

const placeColumns = {
  block: scans.block,
  blockHash: scans.blockHash,
  finalBlock: scans.finalBlock,
  finalHash: scans.finalHash,
  pageBlocks: scans.pageBlocks,
};

const refOf = (number: bigint | null, hash: string | null): BlockRef | null =>
  number === null || hash === null ? null : { number, hash };

const placeOf = (row: {
  readonly block: bigint | null;
  readonly blockHash: string | null;
  readonly finalBlock: bigint | null;
  readonly finalHash: string | null;
  readonly pageBlocks: number;
}): ScanPlace => ({
  block: refOf(row.block, row.blockHash),
  final: refOf(row.finalBlock, row.finalHash),
  pageBlocks: row.pageBlocks,
});

/** How far a chain is read, as far as is written down. */
export const scanPlace = async (on: Executor, chain: string): Promise<ScanPlace> => {
  const [row] = await on.select(placeColumns).from(scans).where(eq(scans.chain, chain));
  return row === undefined ? { block: null, final: null, pageBlocks: 0 } : placeOf(row);
};

const held = (pass: ChainPass, claim: string) =>
  and(eq(scans.chain, pass.chain.name), eq(scans.claim, claim));

const IN_A_WHILE = sql`clock_timestamp() + interval '30 seconds'`;

/**
 * Takes the right to read the chain, for 30 s of real time; undefined while another process has it. What a chain tells is
 * only true in its order: two readers could undo each other's news of a reorganisation.
 */
export const claimScan = (pass: ChainPass): Promise<ScanClaim | undefined> => {
  const { name: chain } = pass.chain;
  const claim = pass.deps.ids.uuid();
  return transact(pass.deps, async (work) => {
    await ensureChain(work, pass.chain);
    await work.tx.insert(scans).values({ chain }).onConflictDoNothing();
    const [scan] = await work.tx
      .update(scans)
      .set({ claim, claimedUntil: IN_A_WHILE })
      .where(
        and(
          eq(scans.chain, chain),
          sql`coalesce(${scans.claimedUntil} <= clock_timestamp(), true)`,
        ),
      )
      .returning(placeColumns);
    return scan && { claim, place: placeOf(scan) };
  });
};

const LOST = "Reading the chain took too long; another process goes on.";

/**
 * Makes sure, until the transaction ends, that nobody else reads the chain.
 * @throws Error where the claim has run out and another process has taken over
 */
export const holdScan = async (work: Work, pass: ChainPass, claim: string): Promise<void> => {
  const mine = await work.tx
    .select({ chain: scans.chain })
    .from(scans)
    .where(held(pass, claim))
    .for("share");
  if (mine.length === 0) throw new Error(LOST);
};

/** From the first page on that was read, the name stands for this chain alone. */
const keepAsset = async (work: Work, { name, asset }: Chain): Promise<void> => {
  await work.tx
    .update(chains)
    .set({ asset })
    .where(and(eq(chains.name, name), isNull(chains.asset)));
};

/**
 * Writes down how far the chain is read, and keeps the claim for another 30 s.
 * @throws Error where another process has taken over
 */
export const keepScan = async (pass: ChainPass, claim: string, place: ScanPlace): Promise<void> => {
  const kept = await transact(pass.deps, async (work) => {
    await keepAsset(work, pass.chain);
    return work.tx
      .update(scans)
      .set({
        block: place.block?.number ?? null,
        blockHash: place.block?.hash ?? null,
        finalBlock: place.final?.number ?? null,
        finalHash: place.final?.hash ?? null,
        pageBlocks: place.pageBlocks,
        claimedUntil: IN_A_WHILE,
      })
      .where(held(pass, claim))
      .returning({ chain: scans.chain });
  });
  if (kept.length === 0) throw new Error(LOST);
};

/** Real milliseconds after which the claim is taken for another 30 s. */
const RENEW_EVERY_MS = 10_000;

const renewScan = (pass: ChainPass, claim: string): Promise<unknown> =>
  transact(pass.deps, (work) =>
    work.tx.update(scans).set({ claimedUntil: IN_A_WHILE }).where(held(pass, claim)),
  );

/** Gives the right back. Does nothing where another process has it by now. */
const releaseScan = async (pass: ChainPass, claim: string): Promise<void> => {
  await transact(pass.deps, (work) =>
    work.tx.update(scans).set({ claim: null, claimedUntil: null }).where(held(pass, claim)),
  );
};

/**
 * Does `work` with the right to read the chain, keeps it however slow the chain is, and gives it back: else several readers
 * of a slow node would take it from each other for ever.
 */
export const whileHeld = async <T>(
  pass: ChainPass,
  claim: string,
  work: () => Promise<T>,
  renewEveryMs = RENEW_EVERY_MS,
): Promise<T> => {
  // a claim that is lost all the same is noticed by whatever writes under it
  const renew = () => void renewScan(pass, claim).catch(() => undefined);
  const timer = setInterval(renew, renewEveryMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    await releaseScan(pass, claim);
  }
};
