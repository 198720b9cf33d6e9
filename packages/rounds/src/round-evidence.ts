import { snapshot, type Deps } from "@closebell/database";
import { desc, eq } from "drizzle-orm";
import { findMarket } from "./markets.ts";
import { readRound } from "./round-views.ts";
import { oracleAttempt } from "./schema.ts";

/** One time a source was asked for a round's prices, what it answered, word for word, and what was made of it. */
export type OracleAttempt = Omit<
  typeof oracleAttempt.$inferSelect,
  "id" | "roundId" | "recordedAt"
>;

/** Attempts one call lists at most; a silent source is asked every few seconds. */
const LIMIT = 500;

/** The attempts on a round's sources, the last 500, oldest first. @throws DomainError MARKET_NOT_FOUND, ROUND_NOT_FOUND */
export const roundEvidence = (
  deps: Pick<Deps, "database">,
  input: { readonly market?: string | undefined; readonly code: string },
): Promise<readonly OracleAttempt[]> =>
  snapshot(deps, async (tx) => {
    const market = await findMarket(tx, input.market);
    const { id } = await readRound(tx, market.code, input.code);
    const newest = await tx
      .select({
        source: oracleAttempt.source,
        beganAt: oracleAttempt.beganAt,
        endedAt: oracleAttempt.endedAt,
        failure: oracleAttempt.failure,
        detail: oracleAttempt.detail,
        close: oracleAttempt.close,
        previousClose: oracleAttempt.previousClose,
        answers: oracleAttempt.answers,
      })
      .from(oracleAttempt)
      .where(eq(oracleAttempt.roundId, id))
      .orderBy(desc(oracleAttempt.id))
      .limit(LIMIT);
    return newest.toReversed();
  });
