import { transact, type Work } from "@closebell/database";
import { and, eq, sql } from "drizzle-orm";
import type { ChainPass } from "./chain-pass.ts";
import { ensureChain } from "./ensure-chain.ts";
import { scans } from "./tables.ts";

/** The right to read a chain on from `cursor`, until somebody else has it. */
export interface ScanClaim {
  readonly claim: string;
  readonly cursor: string | null;
}

const held = (pass: ChainPass, claim: string) =>
  and(eq(scans.chain, pass.chain.name), eq(scans.claim, claim));

/**
 * Takes the right to read the chain on, for 30 s of real time; undefined while another process has it. Answers of a chain
 * are only true in their order: two readers could undo each other's news of a reorganisation.
 */
export const claimScan = (pass: ChainPass): Promise<ScanClaim | undefined> => {
  const chain = pass.chain.name;
  const claim = pass.deps.ids.uuid();
  return transact(pass.deps, async (work) => {
    await ensureChain(work, chain);
    await work.tx.insert(scans).values({ chain }).onConflictDoNothing();
    const [scan] = await work.tx
      .update(scans)
      .set({ claim, claimedUntil: sql`clock_timestamp() + interval '30 seconds'` })
      .where(
        and(
          eq(scans.chain, chain),
          sql`coalesce(${scans.claimedUntil} <= clock_timestamp(), true)`,
        ),
      )
      .returning({ cursor: scans.cursor });
    return scan && { claim, cursor: scan.cursor };
  });
};

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
  if (mine.length > 0) return;
  throw new Error("Reading the chain took too long; another process goes on.");
};

const release = async (pass: ChainPass, claim: string, cursor: { cursor?: string }) => {
  await transact(pass.deps, (work) =>
    work.tx
      .update(scans)
      .set({ ...cursor, claim: null, claimedUntil: null })
      .where(held(pass, claim)),
  );
};

/** Gives the right back with all up to `cursor` read. Does nothing where another process has it by now. */
export const finishScan = (pass: ChainPass, claim: string, cursor: string): Promise<void> =>
  release(pass, claim, { cursor });

/** Gives the right back with nothing read: the next one begins at the same place. */
export const abandonScan = (pass: ChainPass, claim: string): Promise<void> =>
  release(pass, claim, {});
