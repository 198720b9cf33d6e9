import { DomainError, type By } from "@closebell/context";
import { recordAudit, transact } from "@closebell/database";
import { askSource, type OracleDeps } from "./ask-source.ts";
import { closesOnRecord, recordCheck, type CloseCheck } from "./close-checks.ts";
import { compareCloses, type StoredCloses } from "./compare-closes.ts";
import { getMarket } from "./markets.ts";
import { conflict, findRoundRow, type OperateInput } from "./operate-round.ts";
import type { Move } from "./price.ts";
import type { RoundRow } from "./schema.ts";
import { parseSource } from "./source-entry.ts";

/** What reading a round's closes again needs of it. */
export type SettledRow = Pick<
  RoundRow,
  | "id"
  | "market"
  | "code"
  | "symbol"
  | "previousDate"
  | "closingDate"
  | "sources"
  | "toleranceBps"
  | "outcome"
  | "priceSource"
  | "previousClose"
  | "close"
  | "settlingAt"
>;

/** The closes a round was settled on; undefined where it was settled otherwise. */
export const decidedOn = (row: SettledRow): Move | undefined =>
  row.priceSource === null || row.previousClose === null || row.close === null
    ? undefined
    : { previous: row.previousClose, close: row.close };

/** What is asked again of a settled round: its own sources, and the market's that only audit, each once. */
export const sourcesToReread = (
  row: { readonly sources: readonly string[] },
  auditSources: readonly string[],
): readonly { readonly entry: string; readonly name: string; readonly audit: boolean }[] => {
  const listed = (entries: readonly string[], audit: boolean) =>
    entries.map((entry) => ({ entry, name: parseSource(entry).name, audit }));
  const own = listed(row.sources, false);
  const names = new Set(own.map(({ name }) => name));
  const others = listed(auditSources, true);
  return [...own, ...others.filter(({ name }) => !names.has(name))];
};

/** Asks one source again for both closes of a settled round, and writes down how they compare. */
export const rereadSource = async (
  deps: OracleDeps,
  input: {
    readonly row: SettledRow;
    readonly decided: Move;
    readonly entry: string;
    readonly onRecord: Move | undefined;
  },
): Promise<CloseCheck> => {
  const { row, decided, entry, onRecord } = input;
  const { symbol, previousDate, closingDate, toleranceBps } = row;
  const attempt = await askSource(deps, { entry, symbol, previousDate, closingDate });
  const { verdict, answers, beganAt, endedAt } = attempt;
  const stored: StoredCloses = { ...(onRecord ?? decided), own: onRecord !== undefined };
  const compared =
    "failure" in verdict
      ? { failure: verdict.failure, detail: verdict.detail, differs: false, changesOutcome: false }
      : {
          failure: null,
          ...compareCloses(
            stored,
            { previous: verdict.prices.previous.price, close: verdict.prices.close.price },
            { decided, toleranceBps },
          ),
        };
  const check: CloseCheck = {
    kind: "reread",
    source: verdict.source,
    beganAt,
    endedAt,
    ...compared,
    storedPreviousClose: stored.previous,
    storedClose: stored.close,
    previousClose: answers[0]?.price ?? null,
    close: answers[1]?.price ?? null,
    answers,
  };
  await recordCheck(deps, row, check);
  return check;
};

/**
 * Asks a settled round's sources again now, whenever they were asked last. The round stays as it is.
 * @throws DomainError MARKET_NOT_FOUND, ROUND_NOT_FOUND, ROUND_STATE_CONFLICT (it was not settled by prices)
 */
export const recheckRound = async (
  deps: OracleDeps,
  input: OperateInput & { readonly by: By },
): Promise<readonly CloseCheck[]> => {
  const { auditSources } = await getMarket(deps, { code: input.market });
  const row = await transact(deps, async (work) => {
    const found = await findRoundRow(work, input);
    if (decidedOn(found) === undefined) {
      throw conflict(found, "Only a round that was settled by prices has closes to read again.");
    }
    await recordAudit(work, {
      by: input.by,
      action: "round.recheck",
      subject: `${found.market}/${found.code}`,
    });
    return found;
  });
  const decided = decidedOn(row);
  if (decided === undefined) throw new DomainError("INTERNAL", "A round's closes went away.");
  const onRecord = (await closesOnRecord(deps, [row.id])).get(row.id);
  return Promise.all(
    sourcesToReread(row, auditSources).map(({ entry, name }) =>
      rereadSource(deps, { row, decided, entry, onRecord: onRecord?.get(name) }),
    ),
  );
};
