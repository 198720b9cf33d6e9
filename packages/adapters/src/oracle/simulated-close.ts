/** How a simulated source can behave on one date. */
export const SIMULATED_MODES = [
  "right",
  "late",
  "wrong-date",
  "negative",
  "silent",
  "unavailable",
  "malformed",
] as const;

export type SimulatedMode = (typeof SIMULATED_MODES)[number];

/** Names of the simulated sources; the second one is there to agree or to disagree. */
export const SIMULATED_SOURCES = ["simulated", "simulated-b"] as const;

export type SimulatedSource = (typeof SIMULATED_SOURCES)[number];

/** What a simulated source was told to do when asked for one date. */
export interface SimulatedClose {
  readonly mode: SimulatedMode;
  /** Exact decimal above zero; null for the price the walk has for that date. */
  readonly price: string | null;
  /** From when on a `late` close is there; null in the other modes. */
  readonly availableFrom: Temporal.Instant | null;
}

/** Where a simulated source looks first: what it was told, date by date. */
export interface SimulatedCloses {
  closeOf(symbol: string, date: Temporal.PlainDate): Promise<SimulatedClose | undefined>;
}
