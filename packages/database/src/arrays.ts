import { type SQL, sql } from "drizzle-orm";

// numbers, UUIDs and words need no quotes; only the word NULL does
const PLAIN = /^(?!null$)[\w-]+$/i;

const quote = (text: string): string =>
  PLAIN.test(text) ? text : `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;

/**
 * `values` as a PostgreSQL array literal, to be cast where it is used: `${arrayLiteral(ids)}::uuid[]`. postgres.js guesses
 * the type of an array from its first element and gets bigint, boolean and instants wrong; a literal leaves no guess.
 */
export const arrayLiteral = (values: readonly (string | null)[]): string =>
  `{${values.map((value) => (value === null ? "NULL" : quote(value))).join(",")}}`;

type Element = string | number | bigint | boolean | Temporal.Instant | Temporal.PlainDate;

const cast = (type: string, values: readonly (Element | null)[]): SQL => {
  const literal = arrayLiteral(values.map((value) => (value === null ? null : value.toString())));
  return sql`${literal}::${sql.raw(type)}[]`;
};

type Values<T> = readonly (T | null)[];

// Array parameters for drizzle's `sql`, each cast to its type. Nulls and empty arrays are fine.
export const uuids = (values: Values<string>): SQL => cast("uuid", values);
export const texts = (values: Values<string>): SQL => cast("text", values);
export const bigints = (values: Values<bigint>): SQL => cast("bigint", values);
export const integers = (values: Values<number>): SQL => cast("integer", values);
export const smallints = (values: Values<number>): SQL => cast("smallint", values);
export const booleans = (values: Values<boolean>): SQL => cast("boolean", values);
/** Decimal strings. */
export const numerics = (values: Values<string>): SQL => cast("numeric", values);
export const instants = (values: Values<Temporal.Instant>): SQL => cast("timestamptz", values);
export const dates = (values: Values<Temporal.PlainDate | string>): SQL => cast("date", values);
