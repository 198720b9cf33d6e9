import { readClock, reachable, type Deps } from "@closebell/database";
import {
  failureOf,
  findDisagreement,
  judgeVerdicts,
  type PriceVerdict,
  type SourcePrices,
  type SourceVerdict,
} from "./judge-answers.ts";
import { OracleError, type ClosePrice, type Oracle } from "./oracle.ts";
import { oracleAttempt, type RoundRow } from "./schema.ts";

/** Told of each call to a source, for metrics. `failure` is undefined where it answered. */
export type OracleObserver = (call: {
  readonly source: string;
  readonly seconds: number;
  readonly failure: string | undefined;
}) => void;

/** What settling needs beyond the database: the sources by name. */
export interface OracleDeps extends Deps {
  readonly oracles: Readonly<Record<string, Oracle>>;
  readonly observeOracle?: OracleObserver;
}

/** A source that has not answered by then is counted as silent. */
const CALL_TIMEOUT_MS = 10_000;

interface Attempt {
  readonly verdict: SourceVerdict;
  readonly answers: readonly ClosePrice[];
  readonly beganAt: Temporal.Instant;
  readonly endedAt: Temporal.Instant;
}

const askBoth = async (
  oracle: Oracle,
  row: RoundRow,
  answers: ClosePrice[],
): Promise<SourceVerdict> => {
  const closes: ClosePrice[] = [];
  for (const date of [row.previousDate, row.closingDate]) {
    const answer = await oracle.closeOf(
      row.symbol,
      Temporal.PlainDate.from(date),
      AbortSignal.timeout(CALL_TIMEOUT_MS),
    );
    answers.push(answer);
    const failed = failureOf(answer, date);
    if (failed !== undefined) return { source: oracle.name, ...failed };
    closes.push(answer);
  }
  const [previous, close] = closes;
  if (previous === undefined || close === undefined) throw new Error("a round has two closes");
  const prices: SourcePrices = { previous, close };
  return { source: oracle.name, prices };
};

const attempt = async (deps: OracleDeps, row: RoundRow, source: string): Promise<Attempt> => {
  const now = () => reachable(deps.database.url, () => readClock(deps.database.orm));
  const beganAt = await now();
  const started = performance.now();
  const answers: ClosePrice[] = [];
  let verdict: SourceVerdict;
  const oracle = deps.oracles[source];
  if (oracle === undefined) {
    const detail = `no oracle called ${source} is configured`;
    verdict = { source, failure: "unknown-source", detail };
  } else {
    try {
      verdict = await askBoth(oracle, row, answers);
    } catch (error) {
      const failure = error instanceof OracleError ? error.kind : "unavailable";
      verdict = { source, failure, detail: error instanceof Error ? error.message : String(error) };
    }
  }
  deps.observeOracle?.({
    source,
    seconds: (performance.now() - started) / 1000,
    failure: "failure" in verdict ? verdict.failure : undefined,
  });
  return { verdict, answers, beganAt, endedAt: await now() };
};

const record = async (
  deps: Deps,
  row: RoundRow,
  attempts: readonly Attempt[],
  verdicts: readonly SourceVerdict[],
): Promise<void> => {
  const rows = attempts.flatMap(({ answers, beganAt, endedAt }, n) => {
    const verdict = verdicts[n];
    if (verdict === undefined) return [];
    const failed = "failure" in verdict ? verdict : undefined;
    return [
      {
        roundId: row.id,
        source: verdict.source,
        beganAt,
        endedAt,
        failure: failed?.failure ?? null,
        detail: failed?.detail ?? "both closes are valid",
        previousClose: answers[0]?.price ?? null,
        close: answers[1]?.price ?? null,
        answers: answers.map((answer) => ({ ...answer, asOf: answer.asOf.toString() })),
      },
    ];
  });
  await reachable(deps.database.url, () => deps.database.orm.insert(oracleAttempt).values(rows));
};

/** What asking came to, and the evidence: every answer used, word for word. */
export interface Asked {
  readonly verdict: PriceVerdict;
  readonly evidence: readonly object[];
}

/**
 * Asks a round's sources for both closes by date and records every attempt. Never throws for what a source does;
 * no transaction is open meanwhile.
 */
export const askSources = async (deps: OracleDeps, row: RoundRow): Promise<Asked> => {
  const attempts: Attempt[] = [];
  for (const source of row.sources) {
    const made = await attempt(deps, row, source);
    attempts.push(made);
    if (row.sourceRule === "first" && "prices" in made.verdict) break;
  }
  const verdicts = findDisagreement(
    attempts.map(({ verdict }) => verdict),
    row.sourceRule,
  );
  await record(deps, row, attempts, verdicts);
  return {
    verdict: judgeVerdicts(verdicts, row.sourceRule, row.guardBps),
    evidence: attempts.flatMap(({ verdict, answers, beganAt, endedAt }) =>
      "prices" in verdict
        ? [
            {
              source: verdict.source,
              beganAt: beganAt.toString(),
              endedAt: endedAt.toString(),
              answers: answers.map((answer) => ({ ...answer, asOf: answer.asOf.toString() })),
            },
          ]
        : [],
    ),
  };
};
