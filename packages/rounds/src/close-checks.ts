import { integers, reachable, snapshot, type Deps } from "@closebell/database";
import { desc, eq, sql } from "drizzle-orm";
import { findMarket } from "./markets.ts";
import type { Move } from "./price.ts";
import { readRound } from "./round-views.ts";
import { closeCheck, type RoundRow } from "./schema.ts";

/** One comparison of a settled round's closes with what a source said of them later. */
export type CloseCheck = Omit<typeof closeCheck.$inferSelect, "id" | "roundId" | "recordedAt">;

/** Checks one call lists at most; a source that does not answer is asked some thirty times. */
const LIMIT = 500;

/** The checks of a round's closes, the last 500, oldest first. @throws DomainError MARKET_NOT_FOUND, ROUND_NOT_FOUND */
export const closeChecks = (
  deps: Pick<Deps, "database">,
  input: { readonly market?: string | undefined; readonly code: string },
): Promise<readonly CloseCheck[]> =>
  snapshot(deps, async (tx) => {
    const market = await findMarket(tx, input.market);
    const { id } = await readRound(tx, market.code, input.code);
    const newest = await tx
      .select({
        kind: closeCheck.kind,
        source: closeCheck.source,
        beganAt: closeCheck.beganAt,
        endedAt: closeCheck.endedAt,
        failure: closeCheck.failure,
        detail: closeCheck.detail,
        storedPreviousClose: closeCheck.storedPreviousClose,
        storedClose: closeCheck.storedClose,
        previousClose: closeCheck.previousClose,
        close: closeCheck.close,
        differs: closeCheck.differs,
        changesOutcome: closeCheck.changesOutcome,
        answers: closeCheck.answers,
      })
      .from(closeCheck)
      .where(eq(closeCheck.roundId, id))
      .orderBy(desc(closeCheck.id))
      .limit(LIMIT);
    return newest.toReversed();
  });

/** Writes a check down; a difference is an error in the log as well, for it is people who must look. */
export const recordCheck = async (
  deps: Deps,
  row: Pick<RoundRow, "id" | "market" | "code" | "outcome">,
  check: CloseCheck,
): Promise<void> => {
  await reachable(deps.database.url, () =>
    deps.database.orm.insert(closeCheck).values({ ...check, roundId: row.id }),
  );
  const { kind, source, failure, detail, changesOutcome } = check;
  const fields = { market: row.market, round: row.code, kind, source, detail };
  if (failure !== null) deps.log.warn({ ...fields, failure }, "a close could not be read again");
  if (!check.differs) return;
  deps.log.error(
    { ...fields, changesOutcome, outcome: row.outcome },
    "a close was corrected after its round was settled, which stays as it is: see docs/runbooks/oracle-correction.md",
  );
};

/** What sources said of these rounds' closes when they were settled: by round, then by source, as each said it last. */
export const closesOnRecord = (
  deps: Pick<Deps, "database">,
  rounds: readonly number[],
): Promise<ReadonlyMap<number, ReadonlyMap<string, Move>>> =>
  reachable(deps.database.url, async () => {
    const rows = await deps.database.orm.execute<{
      round: number;
      source: string;
      previous: string;
      close: string;
    }>(sql`
      select distinct on (round_id, source) round_id as round, source, previous_close as previous, close
      from rounds.oracle_attempt
      where round_id = any(${integers(rounds)}) and failure is null
        and previous_close is not null and close is not null
      order by round_id, source, id desc`);
    const found = new Map<number, Map<string, Move>>();
    for (const { round, source, ...move } of rows) {
      const bySource = found.get(round) ?? new Map<string, Move>();
      found.set(round, bySource.set(source, move));
    }
    return found;
  });
