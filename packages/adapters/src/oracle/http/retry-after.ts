/** However long a source tells us to stay away, it is asked again after that. */
const AT_MOST_MS = 3_600_000;

const EPOCH_SECONDS = /^\d{10}$/;

const wait = (value: string, now: number, mayBeInstant: boolean): number | undefined => {
  const text = value.trim();
  if (mayBeInstant && EPOCH_SECONDS.test(text)) return Number(text) * 1000 - now;
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const instant = Date.parse(text);
  return Number.isNaN(instant) ? undefined : instant - now;
};

/**
 * How long a refusal (429 or 503) tells us to stay away, in milliseconds: `Retry-After` in seconds or as an HTTP date (RFC
 * 9110, 10.2.3), else `X-RateLimit-Reset` in seconds of the epoch, as Alpaca sends it. Dates are compared with the source's own
 * `Date`, so that a skewed clock here does not matter. Undefined where nothing is said, at most an hour.
 */
export const retryAfterMs = (headers: Headers, hostNow: number): number | undefined => {
  const served = Date.parse(headers.get("date") ?? "");
  const now = Number.isNaN(served) ? hostNow : served;
  const after = headers.get("retry-after");
  const reset = headers.get("x-ratelimit-reset");
  const ms =
    after === null
      ? reset === null
        ? undefined
        : wait(reset, now, true)
      : wait(after, now, false);
  return ms === undefined ? undefined : Math.min(Math.max(ms, 0), AT_MOST_MS);
};
