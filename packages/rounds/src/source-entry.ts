/** A source as a market lists it, taken apart. */
export interface SourceEntry {
  /** Of the oracle; attempts, evidence and metrics are under this name. */
  readonly name: string;
  /** What this oracle calls what the market is on; undefined: as the market does. */
  readonly symbol: string | undefined;
}

/** `name`, or `name:SYMBOL`; the symbol may hold colons itself, as in `massive:I:NDX`. */
export const SOURCE_ENTRY = /^([a-z][a-z0-9-]{0,31})(?::([^\s,]{1,64}))?$/;

/** Takes `name` or `name:SYMBOL` apart; what has another form is a name that no oracle has. */
export const parseSource = (entry: string): SourceEntry => {
  const [, name = entry, symbol] = SOURCE_ENTRY.exec(entry) ?? [];
  return { name, symbol };
};
