import { expect, test } from "bun:test";
import { LAST_INSTANT, readInstant } from "./read-instant.ts";

test.each([
  ["2026-11-20T16:00:00-05:00", "2026-11-20T21:00:00Z"],
  ["2026-11-20T21:00:00.123456789Z", "2026-11-20T21:00:00.123456789Z"],
  ["2000-01-01T00:00:00Z", "2000-01-01T00:00:00Z"],
  ["2100-12-31T23:59:59.999999999Z", LAST_INSTANT.toString()],
])("%s is an instant", (text, instant) => {
  expect(readInstant(text)?.toString()).toBe(instant);
});

test.each([
  "soon",
  "2026-11-20T16:00:00",
  "2026-11-20T21:00:00.1234567890Z",
  "0000-01-01T00:00:00Z",
  "1999-12-31T23:59:59.999999999Z",
  "2000-01-01T00:00:00+01:00",
  "2101-01-01T00:00:00Z",
  "9999-12-31T23:59:59Z",
])("%s is none", (text) => {
  expect(readInstant(text)).toBeUndefined();
});
