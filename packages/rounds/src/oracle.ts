import { createHash } from "node:crypto";

/** What a source was asked, as it may be shown and kept: without keys, passwords or the secret part of an address. */
export interface OracleRequest {
  /** HTTP method, in capitals. */
  readonly method: string;
  readonly url: string;
}

/**
 * What a source answered for one session, word for word. Nothing is judged here: a wrong date, a price that is not
 * above zero or a wild move is for the round to refuse, and the answer stays as evidence of why.
 */
export interface ClosePrice {
  /** Exact decimal, `-?digits[.digits]`, never a float. */
  readonly price: string;
  /** The session the source says this price closes, "YYYY-MM-DD". */
  readonly date: string;
  /** The instant the source puts on the price; for a source that gives only a date, its regular close. */
  readonly asOf: Temporal.Instant;
  /** `name` of the oracle that answered. */
  readonly source: string;
  /** The body of the answer as received, without keys or other secrets. */
  readonly raw: string;
  /** SHA-256 of `raw`, lower-case hex. */
  readonly hash: string;
  /** What was asked; left out by a source that is not asked over a network. */
  readonly request?: OracleRequest;
}

/** Where official closes come from: one implementation per provider, each passing `describeOracleContract`. */
export interface Oracle {
  /** Names the source in a market's list, in evidence and in metrics: lower case, digits and hyphens. */
  readonly name: string;
  /** True where prices are made up or set by hand; shown wherever the price is shown. */
  readonly simulated: boolean;
  /** True for a source whose answers come too late to settle on: it is only re-read, the day after. */
  readonly auditOnly?: boolean;
  /** What is known to be wrong with it without asking, in a line; undefined where nothing is. */
  trouble?(): string | undefined;
  /**
   * The official close of `symbol` on the session `date`, asked for by that date and never as "the latest".
   * The same answer for the same date on a later day, unless the source corrected itself.
   * @throws OracleError, and nothing else; `timeout` as soon as `signal` aborts
   */
  closeOf(symbol: string, date: Temporal.PlainDate, signal?: AbortSignal): Promise<ClosePrice>;
}

/**
 * Why there is no answer. `unavailable`: not reachable, refused or not published yet. `not-found`: the source has no
 * close for that date. `malformed`: an answer that can't be read. `timeout`: the caller's signal aborted. `not-asked`:
 * nothing was sent, because the source failed too often or told us to wait; that is no failed attempt, so it voids nothing.
 */
export type OracleErrorKind = "unavailable" | "not-found" | "malformed" | "timeout" | "not-asked";

/** What is known of a failed attempt beside its kind. */
export interface OracleErrorDetails {
  /** What came back, word for word or the first part of it, without keys or other secrets. */
  readonly raw?: string | undefined;
  /** What was asked, if it came to that. */
  readonly request?: OracleRequest | undefined;
  readonly cause?: unknown;
}

/** One failed attempt. `raw` is what came back, if anything did: it belongs in the round's evidence. */
export class OracleError extends Error {
  readonly kind: OracleErrorKind;
  readonly raw: string | undefined;
  readonly request: OracleRequest | undefined;

  constructor(kind: OracleErrorKind, message: string, options: OracleErrorDetails = {}) {
    super(message, { cause: options.cause });
    this.name = "OracleError";
    this.kind = kind;
    this.raw = options.raw;
    this.request = options.request;
  }
}

/** Fingerprint of a raw answer: SHA-256 in lower-case hex, as stored beside it. */
export const hashEvidence = (raw: string): string =>
  createHash("sha256").update(raw, "utf8").digest("hex");
