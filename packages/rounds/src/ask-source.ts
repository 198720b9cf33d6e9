import { readClock, reachable, type Deps } from "@closebell/database";
import { keepText, storable, type KeptText } from "./evidence-text.ts";
import { failureOf, type PriceFailure, type SourceVerdict } from "./judge-answers.ts";
import { OracleError, type ClosePrice, type Oracle, type OracleRequest } from "./oracle.ts";
import { parseSource } from "./source-entry.ts";

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
  /** A source that has not answered by then is counted as silent; default 10 s. */
  readonly callTimeoutMs?: number;
}

/** One question to a source and what came of it, word for word, as it is kept. Instants are RFC 3339. */
export interface Answer extends KeptText {
  readonly symbol: string;
  /** The date whose close was asked for. */
  readonly asked: string;
  readonly beganAt: string;
  readonly endedAt: string;
  /** What was sent, without keys; null for a source that is not asked over a network, or was not asked. */
  readonly request: OracleRequest | null;
  /** Null where no price came. */
  readonly price: string | null;
  readonly date: string | null;
  readonly asOf: string | null;
  /** Why this answer is no valid close of the date; null where it is one. */
  readonly failure: PriceFailure | null;
  readonly detail: string | null;
}

/** Both closes of a round asked of one source. */
export interface SourceAttempt {
  readonly verdict: SourceVerdict;
  /** The close of the previous session's date, then that of the round's, as far as it came to them. */
  readonly answers: readonly Answer[];
  readonly beganAt: Temporal.Instant;
  readonly endedAt: Temporal.Instant;
}

const CALL_TIMEOUT_MS = 10_000;
/** An adapter that minds its signal has ended by then, and says more. */
const SIGNAL_GRACE_MS = 1_000;
/** A day's close is a few hundred characters. What failed is asked again every few seconds, and all of it is kept. */
const KEPT = { answer: 65_536, failure: 4_096 } as const;

const clockOf = (deps: Pick<Deps, "database">): Promise<Temporal.Instant> =>
  reachable(deps.database.url, () => readClock(deps.database.orm));

/** Ends though an adapter should not mind its signal. */
const withinLimit = (
  call: (signal: AbortSignal) => Promise<ClosePrice>,
  limitMs: number,
): Promise<ClosePrice> => {
  const { promise, reject } = Promise.withResolvers<never>();
  AbortSignal.timeout(limitMs + SIGNAL_GRACE_MS).addEventListener("abort", () =>
    reject(new OracleError("timeout", `It did not answer within ${limitMs} ms, nor stop.`)),
  );
  return Promise.race([call(AbortSignal.timeout(limitMs)), promise]);
};

/** What an adapter threw. Anything but an OracleError is its own fault, and may hold what nobody should read. */
const refusalOf = (error: unknown): OracleError => {
  if (error instanceof OracleError) return error;
  const name = error instanceof Error ? error.name : typeof error;
  return new OracleError("unavailable", `The adapter itself failed (${name}).`);
};

/** Asks for the close of one date. @returns the answer to keep, and the price where it is a valid close of that date */
const askOnce = async (
  deps: Pick<OracleDeps, "database" | "callTimeoutMs">,
  oracle: Oracle,
  question: { readonly symbol: string; readonly date: string },
): Promise<{ readonly answer: Answer; readonly close?: ClosePrice }> => {
  const { symbol, date } = question;
  const beganAt = (await clockOf(deps)).toString();
  const ends = async () => ({
    symbol,
    asked: date,
    beganAt,
    endedAt: (await clockOf(deps)).toString(),
  });
  let close: ClosePrice;
  try {
    close = await withinLimit(
      (signal) => oracle.closeOf(symbol, Temporal.PlainDate.from(date), signal),
      deps.callTimeoutMs ?? CALL_TIMEOUT_MS,
    );
  } catch (error) {
    const { kind, message, raw, request } = refusalOf(error);
    const nothing = { price: null, date: null, asOf: null };
    const why = { failure: kind, detail: storable(message) };
    const kept = keepText(raw, KEPT.failure);
    return { answer: { ...(await ends()), request: request ?? null, ...nothing, ...why, ...kept } };
  }
  const failed = failureOf(close, date);
  const answer: Answer = {
    ...(await ends()),
    request: close.request ?? null,
    price: storable(close.price),
    date: storable(close.date),
    asOf: close.asOf.toString(),
    failure: failed?.failure ?? null,
    detail: failed === undefined ? null : storable(failed.detail),
    ...keepText(close.raw, KEPT.answer),
  };
  return failed === undefined ? { answer, close } : { answer };
};

const askBoth = async (
  deps: OracleDeps,
  input: { readonly oracle: Oracle; readonly symbol: string; readonly dates: Dates },
): Promise<Pick<SourceAttempt, "verdict" | "answers">> => {
  const { oracle, symbol, dates } = input;
  const source = oracle.name;
  const answers: Answer[] = [];
  const ask = async (date: string) => {
    const { answer, close } = await askOnce(deps, oracle, { symbol, date });
    answers.push(answer);
    return close;
  };
  const previous = await ask(dates.previousDate);
  const close = previous === undefined ? undefined : await ask(dates.closingDate);
  if (previous !== undefined && close !== undefined) {
    return { verdict: { source, prices: { previous, close } }, answers };
  }
  const last = answers.at(-1);
  const failure = last?.failure ?? "unavailable";
  return { verdict: { source, failure, detail: last?.detail ?? "no answer" }, answers };
};

/** The two sessions a round compares, "YYYY-MM-DD". */
export interface Dates {
  readonly previousDate: string;
  readonly closingDate: string;
}

/**
 * Asks one source, listed as `entry`, for both closes by date. Never throws for what a source does; no transaction is
 * open meanwhile.
 * @throws DomainError DATABASE_UNAVAILABLE
 */
export const askSource = async (
  deps: OracleDeps,
  input: Dates & { readonly entry: string; readonly symbol: string },
): Promise<SourceAttempt> => {
  const { name: source, symbol = input.symbol } = parseSource(input.entry);
  const beganAt = await clockOf(deps);
  const started = performance.now();
  const oracle = deps.oracles[source];
  const asked: Pick<SourceAttempt, "verdict" | "answers"> =
    oracle === undefined
      ? {
          verdict: {
            source,
            failure: "unknown-source",
            detail: `no oracle called ${source} is configured`,
          },
          answers: [],
        }
      : await askBoth(deps, { oracle, symbol, dates: input });
  deps.observeOracle?.({
    source,
    seconds: (performance.now() - started) / 1000,
    failure: "failure" in asked.verdict ? asked.verdict.failure : undefined,
  });
  return { ...asked, beganAt, endedAt: await clockOf(deps) };
};
