import type { ExitCode } from "./exit-codes.ts";

/** What a command found or did: one JSON value for machines, and the same as text for people. */
export interface Answer {
  /** Amounts as strings of digits; a bigint becomes one. */
  readonly json: unknown;
  readonly text: string;
  /** Default: ok. */
  readonly exitCode?: ExitCode;
}

/** One line of JSON. */
export const jsonLine = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "bigint" ? inner.toString() : inner,
  );
