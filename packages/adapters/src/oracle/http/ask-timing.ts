/** How patient we are with one source. */
export interface AskTiming {
  /** One request, its body included. */
  readonly attemptMs: number;
  /** The first request and all that repeat it, with the waits between: less than a round's patience with a source. */
  readonly totalMs: number;
  /** How often a request is repeated after a failure that may pass. */
  readonly retries: number;
  /** Before the first repetition, doubled for each further one; any part of it is waited, by chance. */
  readonly backoffMs: number;
  /** A source that wants us to wait longer than this is not asked again in this call, but once that time is over. */
  readonly waitAtMostMs: number;
  /** Failures in a row that open the circuit, and how long it stays open until one question probes it. */
  readonly failures: number;
  readonly openMs: number;
}

export const ASK_TIMING: AskTiming = {
  attemptMs: 4_000,
  totalMs: 9_000,
  retries: 2,
  backoffMs: 300,
  waitAtMostMs: 2_000,
  failures: 5,
  openMs: 30_000,
};
