import { expect, test } from "bun:test";
import { retryAfterMs } from "./retry-after.ts";

const host = Temporal.Instant.from("2026-11-23T21:00:00Z").epochMilliseconds;
const of = (headers: Record<string, string>) => retryAfterMs(new Headers(headers), host);

test.each([
  [{ "retry-after": "120" }, 120_000],
  [{ "retry-after": " 0 " }, 0],
  [{ "retry-after": "Mon, 23 Nov 2026 21:00:10 GMT" }, 10_000],
  // the source's clock is five minutes ahead of ours
  [
    { "retry-after": "Mon, 23 Nov 2026 21:05:10 GMT", date: "Mon, 23 Nov 2026 21:05:00 GMT" },
    10_000,
  ],
  [{ "retry-after": "Mon, 23 Nov 2026 20:59:00 GMT" }, 0],
  [{ "retry-after": "Tue, 24 Nov 2026 21:00:00 GMT" }, 3_600_000],
  [{ "x-ratelimit-reset": String(host / 1000 + 7) }, 7_000],
  [{ "x-ratelimit-reset": "30" }, 30_000],
  [{ "retry-after": "5", "x-ratelimit-reset": "30" }, 5_000],
  [{ "retry-after": "soon" }, undefined],
  [{}, undefined],
])("%j", (headers, ms) => {
  expect(of(headers)).toBe(ms);
});
