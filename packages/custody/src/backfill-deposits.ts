import { reachable, transact, type Work } from "@closebell/database";
import { and, eq, sql } from "drizzle-orm";
import { ChainError, type ChainHead, type ChainTransfer } from "./chain.ts";
import type { ChainPass } from "./chain-pass.ts";
import { judgeDeposits } from "./judge-deposits.ts";
import { judgeFundings } from "./judge-fundings.ts";
import { ownAddresses } from "./own-addresses.ts";
import { readPages } from "./read-pages.ts";
import { claimScan, keepScan, whileHeld, type ScanClaim } from "./scan-claim.ts";
import { addToProgress, noTally, type Scan } from "./scan-tally.ts";
import { backfills } from "./tables.ts";
import { takeTransfers } from "./take-transfers.ts";

/** Pages that one pass reads, so that reading days again does not hold up all else. */
const PAGES = 10;

interface Backfill {
  readonly day: Temporal.PlainDate;
  readonly fromBlock: bigint;
  readonly nextBlock: bigint;
  readonly toBlock: bigint;
  readonly doneAt: Temporal.Instant | null;
}

const columns = {
  day: backfills.day,
  fromBlock: backfills.fromBlock,
  nextBlock: backfills.nextBlock,
  toBlock: backfills.toBlock,
  doneAt: backfills.doneAt,
};

const rowOf = ({ chain }: ChainPass, day: Temporal.PlainDate) =>
  and(eq(backfills.chain, chain.name), eq(backfills.day, day));

/** Today's, by `clock.now()` and UTC; undefined where it is not begun. */
const todays = async (pass: ChainPass): Promise<Backfill | undefined> => {
  const { database } = pass.deps;
  const today = sql`(clock.now() at time zone 'UTC')::date`;
  const [row] = await reachable(database.url, () =>
    database.orm
      .select(columns)
      .from(backfills)
      .where(and(eq(backfills.chain, pass.chain.name), eq(backfills.day, today))),
  );
  return row;
};

/** Begins today's over the blocks that are final and have been read; undefined where there are none yet. */
const begin = async (
  pass: ChainPass,
  { place }: ScanClaim,
  head: ChainHead,
): Promise<Backfill | undefined> => {
  const { chain, deps } = pass;
  if (place.final === null) return undefined;
  const toBlock = place.final.number < head.final.number ? place.final.number : head.final.number;
  const back = toBlock - BigInt(deps.policy.backfillBlocks) + 1n;
  const fromBlock = back < chain.startBlock ? chain.startBlock : back;
  if (fromBlock > toBlock) return undefined;
  return transact(deps, async (work) => {
    const day = (await work.now()).toZonedDateTimeISO("UTC").toPlainDate();
    const [row] = await work.tx
      .insert(backfills)
      .values({ chain: chain.name, day, fromBlock, nextBlock: fromBlock, toBlock })
      .onConflictDoNothing()
      .returning(columns);
    return row;
  });
};

/** Counts and tells what the scan had missed, in the transaction that records it. */
const countMissed =
  (pass: ChainPass, day: Temporal.PlainDate) =>
  async (work: Work, { tx, log, to, amount, block }: ChainTransfer): Promise<void> => {
    await work.tx
      .update(backfills)
      .set({ found: sql`${backfills.found} + 1` })
      .where(rowOf(pass, day));
    const chain = pass.chain.name;
    pass.deps.log.error(
      { chain, tx, log, to, amountMicroUsdc: amount.toString(), block: block.number },
      "the daily reading found a transfer that the scan had missed",
    );
  };

const goOn = async (scan: Scan, { place }: ScanClaim, today: Backfill, head: ChainHead) => {
  const { pass, claim, own } = scan;
  const { day, toBlock } = today;
  const to = await pass.chain.blockAt(toBlock);
  if (to === undefined) throw new ChainError("behind", `Block ${toBlock} is not there yet.`);
  let { nextBlock } = today;
  let pages = 0;
  const keepSize = (pageBlocks: number) => keepScan(pass, claim, { ...place, pageBlocks });
  const { pageBlocks } = place;
  const read = { from: nextBlock, to, pageBlocks, own, onRefused: keepSize };
  await readPages(pass.chain, read, async (page) => {
    await takeTransfers(scan, page.transfers, countMissed(pass, day));
    await keepSize(page.pageBlocks);
    nextBlock = page.to.number + 1n;
    await transact(pass.deps, (work) =>
      work.tx.update(backfills).set({ nextBlock }).where(rowOf(pass, day)),
    );
    pages += 1;
    return pages < PAGES;
  });
  // What was found is judged by where the scan stands: all up to there has been told by now.
  const horizon = { ...head, readTo: place.final?.number ?? 0n };
  await judgeDeposits(scan, horizon);
  await judgeFundings(scan, horizon);
  if (nextBlock <= toBlock) return;
  await judgeDeposits(scan, horizon, { finalFrom: today.fromBlock });
  await judgeFundings(scan, horizon, { finalFrom: today.fromBlock });
  await transact(pass.deps, async (work) =>
    work.tx
      .update(backfills)
      .set({ doneAt: await work.now() })
      .where(rowOf(pass, day)),
  );
};

/**
 * Once each UTC day, reads the last days' final blocks again from the first to the last, whatever the scan thinks of them,
 * and asks again whether what was final still stands: a node that kept something back, or a promise of finality that was
 * broken, comes to light. What the scan had missed is credited, logged as an error and counted.
 */
export const backfillDeposits = async (pass: ChainPass): Promise<void> => {
  const known = await todays(pass);
  if (known !== undefined && known.doneAt !== null) return;
  const mine = await claimScan(pass);
  if (mine === undefined) return;
  const tally = noTally();
  const { claim } = mine;
  try {
    await whileHeld(pass, claim, async () => {
      const head = await pass.chain.head();
      const today = (await todays(pass)) ?? (await begin(pass, mine, head));
      if (today === undefined || today.doneAt !== null) return;
      const scan = { pass, claim, own: await ownAddresses(pass), tally };
      await goOn(scan, mine, today, head);
    });
  } finally {
    addToProgress(pass, tally);
  }
};
