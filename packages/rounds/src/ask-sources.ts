import { reachable, type Deps } from "@closebell/database";
import { askSource, type OracleDeps, type SourceAttempt } from "./ask-source.ts";
import { judgeAnswers, type PriceVerdict, type SourceVerdict } from "./judge-answers.ts";
import { oracleAttempt, type RoundRow } from "./schema.ts";

const detailOf = (source: string, verdict: PriceVerdict): string => {
  if (verdict.kind === "none" || verdict.source === source) return "both closes are valid";
  return `both closes are valid; ${verdict.source} decides`;
};

const record = async (
  deps: Deps,
  row: RoundRow,
  attempts: readonly SourceAttempt[],
  { verdict, verdicts }: { verdict: PriceVerdict; verdicts: readonly SourceVerdict[] },
): Promise<void> => {
  const rows = attempts.flatMap(({ answers, beganAt, endedAt }, n) => {
    const own = verdicts[n];
    if (own === undefined) return [];
    const failed = "failure" in own ? own : undefined;
    return [
      {
        roundId: row.id,
        source: own.source,
        beganAt,
        endedAt,
        failure: failed?.failure ?? null,
        detail: failed?.detail ?? detailOf(own.source, verdict),
        previousClose: answers[0]?.price ?? null,
        close: answers[1]?.price ?? null,
        answers,
      },
    ];
  });
  await reachable(deps.database.url, () => deps.database.orm.insert(oracleAttempt).values(rows));
};

const ask = (deps: OracleDeps, row: RoundRow, entry: string): Promise<SourceAttempt> => {
  const { symbol, previousDate, closingDate } = row;
  return askSource(deps, { entry, symbol, previousDate, closingDate });
};

/** One after the other, up to the first that answers. */
const askInTurn = async (deps: OracleDeps, row: RoundRow): Promise<readonly SourceAttempt[]> => {
  const attempts: SourceAttempt[] = [];
  for (const entry of row.sources) {
    const made = await ask(deps, row, entry);
    attempts.push(made);
    if ("prices" in made.verdict) break;
  }
  return attempts;
};

/** All at once, so that a silent source keeps nobody waiting for more than itself. */
const askAll = (deps: OracleDeps, row: RoundRow): Promise<readonly SourceAttempt[]> =>
  Promise.all(row.sources.map((entry) => ask(deps, row, entry)));

const tellUnknown = (deps: Deps, row: RoundRow, verdicts: readonly SourceVerdict[]): void => {
  for (const verdict of verdicts) {
    if (!("failure" in verdict) || verdict.failure !== "unknown-source") continue;
    deps.log.error(
      { market: row.market, round: row.code, source: verdict.source },
      "a source of this round is not configured here: see ORACLE; the round is not voided for it",
    );
  }
};

/** What asking came to, and the evidence: every answer used, word for word. */
export interface AskedSources {
  readonly verdict: PriceVerdict;
  readonly evidence: readonly object[];
}

/**
 * Asks a round's sources for both closes by date and records every attempt, the failed ones too. Never throws for what a
 * source does; no transaction is open meanwhile.
 * @throws DomainError DATABASE_UNAVAILABLE
 */
export const askSources = async (deps: OracleDeps, row: RoundRow): Promise<AskedSources> => {
  const attempts = await (row.sourceRule === "first" ? askInTurn : askAll)(deps, row);
  const judged = judgeAnswers(
    attempts.map(({ verdict }) => verdict),
    row,
  );
  await record(deps, row, attempts, judged);
  tellUnknown(deps, row, judged.verdicts);
  return {
    verdict: judged.verdict,
    evidence: attempts.flatMap(({ verdict, answers, beganAt, endedAt }) =>
      "prices" in verdict
        ? [
            {
              source: verdict.source,
              beganAt: beganAt.toString(),
              endedAt: endedAt.toString(),
              answers,
            },
          ]
        : [],
    ),
  };
};
