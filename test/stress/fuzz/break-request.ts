import fc from "fast-check";
import type { FuzzRequest } from "./request-arbitrary.ts";

/** What no field is meant to hold, and some that only look so. */
const JUNK: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  2 ** 53,
  "",
  " ",
  "\u0000",
  "\ud800",
  "é\u202e💥",
  "a".repeat(5_000),
  "9".repeat(40),
  "-0",
  "NaN",
  "' or 1=1 --",
  "../../etc/passwd",
  "%00%ff",
  "2026-02-30",
  "9999-12-31T23:59:59Z",
  "+275760-09-13T00:00:00Z",
  "00000000-0000-0000-0000-000000000000",
  [],
  [[]],
  {},
  { constructor: { prototype: 1 } },
];

const junk = (): fc.Arbitrary<unknown> => fc.oneof(fc.constantFrom(...JUNK), fc.jsonValue());

type Keys = readonly string[];

/** Every field of a body, however deep. */
const fieldsOf = (value: unknown, at: Keys = []): readonly Keys[] => {
  if (typeof value !== "object" || value === null) return [at];
  const inner = Object.entries(value).flatMap(([key, one]) => fieldsOf(one, [...at, key]));
  return [at, ...inner];
};

/** `value` with `change` in place of what stood under `keys`; left out where `change` is undefined. */
const changed = (value: unknown, [key, ...rest]: Keys, change: unknown): unknown => {
  if (key === undefined) return change;
  if (Array.isArray(value))
    return value.map((one, n) => (String(n) === key ? changed(one, rest, change) : one));
  const entries = Object.entries(Object(value)).map(
    ([name, one]) => [name, name === key ? changed(one, rest, change) : one] as const,
  );
  return Object.fromEntries(entries.filter(([, one]) => one !== undefined));
};

const PLACES = ["path", "query", "header"] as const;

const inParameters = (request: FuzzRequest) =>
  PLACES.flatMap((place) =>
    Object.keys(request[place]).map((name) =>
      fc.option(junk(), { nil: undefined }).map((bad): FuzzRequest => {
        const { [name]: _, ...others } = request[place];
        // a path without a part of it is another path
        if (bad === undefined && place !== "path") return { ...request, [place]: others };
        const text = typeof bad === "string" ? bad : JSON.stringify(bad ?? null);
        return { ...request, [place]: { ...others, [name]: text } };
      }),
    ),
  );

const inBody = (request: FuzzRequest) => {
  if (request.body === undefined) return [];
  const breakField = fc
    .tuple(fc.constantFrom(...fieldsOf(request.body)), fc.option(junk(), { nil: undefined }))
    .map(([keys, bad]) => ({ ...request, body: changed(request.body, keys, bad) ?? null }));
  const addField = fc
    .tuple(fc.string({ minLength: 1, maxLength: 20 }), junk())
    .map(([name, value]) => ({ ...request, body: { ...Object(request.body), [name]: value } }));
  return [breakField, breakField, addField];
};

const withQuery = (request: FuzzRequest) =>
  fc
    .tuple(fc.stringMatching(/^[a-z]{1,8}$/), fc.string({ maxLength: 20 }))
    .map(([name, value]) => ({ ...request, query: { ...request.query, [name]: value } }));

/** `request` with one field broken: missing, of another kind, or not known at all. */
export const brokenOf = (request: FuzzRequest): fc.Arbitrary<FuzzRequest> =>
  fc.oneof(...inParameters(request), ...inBody(request), withQuery(request));
