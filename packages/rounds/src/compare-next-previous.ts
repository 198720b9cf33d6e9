import { reachable, type Deps } from "@closebell/database";
import { and, eq, inArray } from "drizzle-orm";
import { recordCheck, type CloseCheck } from "./close-checks.ts";
import { compareCloses } from "./compare-closes.ts";
import type { Move } from "./price.ts";
import { decidedOn, type SettledRow } from "./recheck-round.ts";
import { closeCheck } from "./schema.ts";
import { parseSource } from "./source-entry.ts";

type BySource = ReadonlyMap<string, Move>;

const comparedBefore = (deps: Deps, rounds: readonly SettledRow[]): Promise<ReadonlySet<string>> =>
  reachable(deps.database.url, async () => {
    const rows = await deps.database.orm
      .selectDistinct({ round: closeCheck.roundId, source: closeCheck.source })
      .from(closeCheck)
      .where(
        and(
          inArray(
            closeCheck.roundId,
            rounds.map(({ id }) => id),
          ),
          eq(closeCheck.kind, "next-previous"),
        ),
      );
    return new Set(rows.map(({ round, source }) => `${round} ${source}`));
  });

/** What a round asked `source` for. */
const symbolOf = (row: SettledRow, source: string): string =>
  row.sources.map(parseSource).find(({ name }) => name === source)?.symbol ?? row.symbol;

const compareWith = (
  row: SettledRow,
  next: SettledRow,
  source: string,
  stored: Move,
  told: string,
): CloseCheck | undefined => {
  const decided = decidedOn(row);
  const at = next.settlingAt;
  if (decided === undefined || at === null) return undefined;
  const { toleranceBps } = row;
  const compared = compareCloses(
    { ...stored, own: true },
    { previous: stored.previous, close: told },
    { decided, toleranceBps },
  );
  return {
    kind: "next-previous",
    source,
    beganAt: at,
    endedAt: at,
    failure: null,
    ...compared,
    detail: `round ${next.code}: ${compared.detail}`,
    storedPreviousClose: stored.previous,
    storedClose: stored.close,
    previousClose: null,
    close: told,
    // word for word among the next round's attempts
    answers: [],
  };
};

/**
 * Compares each settled round's close with what the same source gave the next round as the previous session's, once,
 * where both rounds asked it for the same symbol. `rounds` are of one market; `onRecord` is what their sources had said.
 */
export const compareNextPrevious = async (
  deps: Deps,
  rounds: readonly SettledRow[],
  onRecord: ReadonlyMap<number, BySource>,
): Promise<readonly CloseCheck[]> => {
  const before = await comparedBefore(deps, rounds);
  const made: CloseCheck[] = [];
  for (const row of rounds) {
    const next = rounds.find(({ previousDate }) => previousDate === row.closingDate);
    if (next === undefined) continue;
    for (const [source, stored] of onRecord.get(row.id) ?? []) {
      const told = onRecord.get(next.id)?.get(source)?.previous;
      if (told === undefined || before.has(`${row.id} ${source}`)) continue;
      // the market changed what it asks for in between
      if (symbolOf(row, source) !== symbolOf(next, source)) continue;
      const check = compareWith(row, next, source, stored, told);
      if (check === undefined) continue;
      await recordCheck(deps, row, check);
      made.push(check);
    }
  }
  return made;
};
