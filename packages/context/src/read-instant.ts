/** The last instant anybody may name: to whatever is added to it, no timestamp here has an end. */
export const LAST_INSTANT = Temporal.Instant.from("2100-12-31T23:59:59.999999999Z");

const FIRST_INSTANT = Temporal.Instant.from("2000-01-01T00:00:00Z");

const parse = (text: string): Temporal.Instant | undefined => {
  try {
    return Temporal.Instant.from(text);
  } catch {
    return undefined;
  }
};

/**
 * The instant that `text` names: RFC 3339 with an offset or Z, to the nanosecond, of the years 2000 to 2100 in UTC; undefined where
 * it names none.
 */
export const readInstant = (text: string): Temporal.Instant | undefined => {
  const instant = parse(text);
  if (instant === undefined) return undefined;
  const { compare } = Temporal.Instant;
  return compare(instant, FIRST_INSTANT) < 0 || compare(instant, LAST_INSTANT) > 0
    ? undefined
    : instant;
};
