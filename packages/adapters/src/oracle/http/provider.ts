import { z } from "zod";
import type { OracleErrorKind } from "@closebell/rounds";
import { plainDecimal } from "./plain-decimal.ts";

/** The close that is asked for. */
export interface CloseQuestion {
  readonly symbol: string;
  /** "YYYY-MM-DD" */
  readonly date: string;
}

/** How a provider is asked. Nothing here may be shown but `path` and `query`. */
export interface ProviderRequest {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Added to `query` on the wire only. */
  readonly secretQuery?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a provider's answer says. */
export interface ReadClose {
  /** Plain exact decimal. */
  readonly price: string;
  /** The day the answer says it is for, "YYYY-MM-DD". */
  readonly date: string;
  /** Left out by a provider that gives only the day. */
  readonly asOf?: Temporal.Instant;
}

/** Why an answer holds no close. */
export class NoClose extends Error {
  readonly kind: OracleErrorKind;

  constructor(kind: OracleErrorKind, message: string) {
    super(message);
    this.name = "NoClose";
    this.kind = kind;
  }
}

/** One provider's API: pure, what is asked and how an answer is read. */
export interface Provider {
  readonly name: string;
  /** Where it is, unless configured otherwise. */
  readonly url: string;
  readonly secrets: readonly string[];
  readonly auditOnly?: boolean;
  /** @throws NoClose for a symbol it can't be asked for */
  request(question: CloseQuestion): ProviderRequest;
  /**
   * Reads an answer: JSON whose numbers are texts.
   * @throws NoClose; ZodError for what is not of the documented shape
   */
  read(status: number, body: unknown, question: CloseQuestion): ReadClose;
}

/** A price as JSON number or text, made a plain decimal. */
export const price = z.string().transform((text, context) => {
  const decimal = plainDecimal(text);
  if (decimal !== undefined) return decimal;
  context.addIssue({ code: "custom", message: "no exact decimal" });
  return z.NEVER;
});

const isDay = (text: string): boolean => {
  try {
    return Temporal.PlainDate.from(text).toString() === text;
  } catch {
    return false;
  }
};

/** A day, perhaps with a time of day after it that counts for nothing. */
export const day = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d(?:$|[T ])/)
  .transform((text) => text.slice(0, 10))
  .refine((text) => isDay(text));

/** @throws NoClose malformed where the answer is about something else */
export const expectSymbol = (found: string, asked: string): void => {
  if (found.toUpperCase() === asked.toUpperCase()) return;
  throw new NoClose("malformed", `answered for another symbol than ${asked}`);
};

/** @throws NoClose malformed for a status that the provider does not document for "there is no such close" */
export const expectOk = (status: number): void => {
  if (status === 200) return;
  throw new NoClose("malformed", `answered HTTP ${status}, which says nothing about a close`);
};
