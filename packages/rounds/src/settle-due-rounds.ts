import { DomainError, type By } from "@closebell/context";
import { reachable, transact, type Deps } from "@closebell/database";
import { and, eq, isNull, sql } from "drizzle-orm";
import type { OracleDeps } from "./ask-source.ts";
import { askSources } from "./ask-sources.ts";
import { sideOf } from "./decide-outcome.ts";
import { DUE, dueRounds } from "./due.ts";
import { enterSettling, type SettlingInput } from "./enter-settling.ts";
import { round, type RoundRow } from "./schema.ts";
import { settleChunks } from "./settle-chunks.ts";
import type { SettlementProgress } from "./settlement-progress.ts";
import type { HeldReason } from "./types.ts";

/** Seconds between two attempts on a round's sources. */
const RETRY_SECONDS = 10;

/** Fixes the outcome, pays everybody. */
export const settle = async (
  deps: Deps,
  input: SettlingInput & { readonly onProgress?: SettlementProgress },
): Promise<void> => {
  const decision = await enterSettling(deps, input);
  const [row] = await dueRounds(deps, eq(round.id, input.roundId));
  if (row === undefined) return;
  deps.log.info(
    {
      market: row.market,
      round: row.code,
      outcome: decision.outcome,
      voidReason: decision.voidReason,
      feeMicroUsdc: decision.fee.toString(),
      poolUpMicroUsdc: String(row.poolUp),
      poolDownMicroUsdc: String(row.poolDown),
      requestId: input.by.requestId,
    },
    "round outcome fixed",
  );
  await settleChunks(deps, { ...input, row });
};

/** True where nobody asked within the last seconds, by the clock or by the host's time (a sandbox's clock may stand). */
const mayAsk = (deps: Deps, row: RoundRow): Promise<boolean> =>
  reachable(deps.database.url, async () => {
    const [found] = await deps.database.orm.execute<{ recent: boolean }>(sql`
      select exists (select from rounds.oracle_attempt
        where round_id = ${row.id}::int
          and began_at > clock.now() - make_interval(secs => ${RETRY_SECONDS}::int)
          and recorded_at > clock_timestamp() - make_interval(secs => ${RETRY_SECONDS}::int)) as recent`);
    return found?.recent !== true;
  });

/**
 * True where every source of the round failed in an attempt that began after the grace had ended. One that we could not
 * ask, or did not, has not failed: that is our own outage.
 */
const graceIsOver = (deps: Deps, row: RoundRow): Promise<boolean> =>
  reachable(deps.database.url, async () => {
    const [found] = await deps.database.orm.execute<{ sources: bigint }>(sql`
      select count(distinct source) as sources from rounds.oracle_attempt
      where round_id = ${row.id}::int and failure not in ('unknown-source', 'not-asked')
        and began_at >= ${row.graceEndsAt}::timestamptz`);
    return found?.sources === BigInt(new Set(row.sources).size);
  });

const hold = (deps: Deps, row: RoundRow, reason: HeldReason): Promise<void> =>
  transact(deps, async (work) => {
    await work.tx
      .update(round)
      .set({ heldReason: reason })
      .where(and(eq(round.id, row.id), eq(round.state, "LOCKED"), isNull(round.heldReason)));
    deps.log.error(
      { market: row.market, round: row.code, reason },
      "round held: an operator must settle or void it",
    );
  });

/**
 * Asks the sources of a locked round and settles, holds or voids it by what they say; else it waits for the next call. One
 * that is held is settled by prices alone: that nobody gives one is no reason to void it.
 * @throws DomainError ROUND_STATE_CONFLICT (it moved on, was held or released, or its session changed meanwhile)
 */
export const settleByPrices = async (
  deps: OracleDeps,
  by: By,
  row: RoundRow,
  onProgress?: SettlementProgress,
): Promise<boolean> => {
  const { verdict, evidence } = await askSources(deps, row);
  const input = {
    by,
    roundId: row.id,
    seen: row,
    ...(onProgress === undefined ? {} : { onProgress }),
  };
  if (verdict.kind === "prices") {
    const { source: priceSource, close, previousClose } = verdict;
    const basis = { kind: "side", side: sideOf(previousClose, close) } as const;
    const prices = { close, previousClose, priceSource, evidence };
    await settle(deps, { ...input, basis, ...prices });
    return true;
  }
  if (verdict.kind === "guard") {
    await hold(deps, row, "GUARD");
    return false;
  }
  if (row.heldReason !== null || !(await graceIsOver(deps, row))) return false;
  if (row.onGraceEnd === "hold") {
    await hold(deps, row, "GRACE_ENDED");
    return false;
  }
  const basis = { kind: "void", reason: "ORACLE_TIMEOUT" } as const;
  await settle(deps, { ...input, basis });
  return true;
};

/** Runs `work` on each round by itself: one that fails is logged and does not keep the others waiting. */
const each = async (
  deps: Deps,
  rows: readonly RoundRow[],
  work: (row: RoundRow) => Promise<boolean>,
): Promise<readonly string[]> => {
  const done: string[] = [];
  for (const row of rows) {
    try {
      if (await work(row)) done.push(row.code);
    } catch (error) {
      const where = { market: row.market, round: row.code };
      // an operator or another process was there first
      if (error instanceof DomainError && error.code === "ROUND_STATE_CONFLICT") {
        deps.log.info({ ...where, reason: error.message }, "round moved on meanwhile");
      } else deps.log.error({ ...where, err: error }, "round not settled");
    }
  }
  return done;
};

/** Voids rounds of cancelled sessions, finishes what is settling, and settles what is due. */
export const settleDueRounds = async (deps: OracleDeps, by: By): Promise<readonly string[]> => {
  const cancelled = await each(deps, await dueRounds(deps, DUE.cancelled), async (row) => {
    const basis = { kind: "void", reason: "CANCELLED_SESSION" } as const;
    await settle(deps, { by, roundId: row.id, basis });
    return true;
  });
  const resumed = await each(deps, await dueRounds(deps, DUE.chunks), (row) =>
    settleChunks(deps, { by, row }),
  );
  const priced = await each(
    deps,
    await dueRounds(deps, DUE.prices),
    async (row) => (await mayAsk(deps, row)) && settleByPrices(deps, by, row),
  );
  return [...cancelled, ...resumed, ...priced];
};
