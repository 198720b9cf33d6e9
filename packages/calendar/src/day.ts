/** A day on which the exchange trades. `source` is the rule or notice behind its close. */
export interface Session {
  readonly date: Temporal.PlainDate;
  readonly kind: "regular" | "early";
  readonly closesAt: Temporal.Instant;
  readonly source: string;
}

/** Why the exchange does not trade on a day, and the rule or notice behind it. */
export interface Closure {
  readonly kind: "weekend" | "holiday" | "special" | "exception";
  readonly reason: string;
  readonly source: string;
}

/** Every day inside the horizon is one of the two. */
export type Day =
  | { readonly open: true; readonly session: Session }
  | { readonly open: false; readonly closure: Closure };
