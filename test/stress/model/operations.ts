import fc from "fast-check";

/** The moments the clock stands at, in order; rounds open, lock and settle at them. */
export const MOMENTS = [
  "2026-11-20T12:00:00Z",
  "2026-11-20T20:59:59Z",
  "2026-11-20T21:05:00Z",
  "2026-11-23T20:59:59Z",
  "2026-11-23T21:05:00Z",
] as const;

/** Rounds that operations name, and the moments (places in MOMENTS) at which each opens, locks and settles. */
export const TIMES = {
  "20261120": { opens: 0, locks: 1, settles: 2 },
  "20261123": { opens: 1, locks: 3, settles: 4 },
  "20261124": { opens: 3, locks: 5, settles: 6 },
} as const;

export type Code = keyof typeof TIMES;
export const CODES = ["20261120", "20261123", "20261124"] as const satisfies readonly Code[];

export type Side = "UP" | "DOWN";
export type Result = Side | "VOID" | "AUTO";

/** What one of the processes asks of the service. Users are places in a list, amounts micro-USDC. */
export type Operation =
  | {
      readonly kind: "bet";
      readonly user: number;
      readonly side: Side;
      readonly stake: number;
      readonly key: string;
      /** Without one the bet is for the round that is open. */
      readonly round: Code | undefined;
    }
  | { readonly kind: "lock" | "pause" | "resume"; readonly round: Code }
  | { readonly kind: "settle"; readonly round: Code; readonly result: Result }
  | { readonly kind: "clock"; readonly moment: number }
  | {
      readonly kind: "deposit";
      readonly user: number;
      readonly amount: number;
      readonly tx: string;
    }
  | {
      readonly kind: "withdraw";
      readonly user: number;
      readonly amount: number;
      readonly key: string;
      /** To an address that the chain can't pay: the money comes back. */
      readonly fails: boolean;
    }
  | { readonly kind: "advance" | "chain" | "audit" }
  | { readonly kind: "statement"; readonly user: number };

/** What the service said. `id` and `round` name a bet. */
export type Answer =
  | {
      readonly ok: true;
      readonly replayed?: boolean;
      readonly id?: string;
      readonly round?: string;
    }
  | { readonly ok: false; readonly code: string; readonly detail: string };

/** An operation with its answer, and when it began and ended, in milliseconds on the clock all processes share. */
export interface Answered {
  readonly process: number;
  readonly operation: Operation;
  readonly answer: Answer;
  readonly began: number;
  readonly ended: number;
}

/** Where one session's close lies against the one before. */
export type Close = "up" | "down" | "tie";

export interface Step {
  readonly operation: Operation;
  /** Milliseconds to wait before. */
  readonly pause: number;
}

/** What the processes do, one script each, and how the sessions close. */
export interface Plan {
  readonly scripts: readonly (readonly Step[])[];
  readonly closes: readonly [Close, Close];
}

export const USERS = 4;
/** Above zero and small, so that money runs out. */
export const FUNDS = 300;
export const LEAST_STAKE = 5;
export const MOST_STAKE = 160;

const user = fc.nat({ max: USERS - 1 });
const early = fc.constantFrom<Code>("20261120", "20261120", "20261123");

const KEYS = ["a", "b", "c", "d", "e", "f", "g", "h"] as const;

/** Mostly a key stands for one bet, so that a repeated key is a repeated request; now and then it is reused. */
const bet = fc
  .record({
    user,
    key: fc.nat({ max: KEYS.length - 1 }),
    round: fc.constantFrom<Code | undefined>(
      undefined,
      undefined,
      undefined,
      "20261120",
      "20261123",
    ),
    twist: fc.constantFrom("none", "none", "none", "none", "stake", "little", "much"),
  })
  .map(({ user: who, key, round, twist }) => ({
    kind: "bet" as const,
    user: who,
    side: key % 2 === 0 ? ("UP" as const) : ("DOWN" as const),
    stake: { none: 7 + 6 * key, stake: 11, little: LEAST_STAKE - 1, much: 130 }[twist],
    key: KEYS[key] ?? "a",
    round,
  }));

const other = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("withdraw" as const),
      user,
      amount: fc.constantFrom(30, 80),
      key: fc.constantFrom("a", "b", "c"),
      fails: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("deposit" as const),
      user,
      amount: fc.constantFrom(50, 75),
      tx: fc.constantFrom("t1", "t2", "t3"),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("statement" as const), user }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom("advance" as const, "chain", "audit") }),
  },
);

const operator = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom("pause" as const, "resume", "resume", "resume", "lock"),
      round: early,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("settle" as const),
      round: early,
      result: fc.constantFrom<Result>("UP", "DOWN", "VOID", "AUTO", "AUTO"),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("clock" as const),
      moment: fc.constantFrom(0, 1, 1, 1, 2, 2, 3, 4),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("advance" as const) }) },
);

const script = fc.array(
  fc.record({
    operation: fc.oneof(
      { weight: 28, arbitrary: bet },
      { weight: 6, arbitrary: other },
      { weight: 2, arbitrary: operator },
    ),
    pause: fc.constantFrom(0, 0, 0, 1, 3),
  }),
  { minLength: 4, maxLength: 40, size: "max" },
);

/** Plans for `processes` processes. */
export const planOf = (processes: number): fc.Arbitrary<Plan> =>
  fc.record({
    scripts: fc.array(script, { minLength: processes, maxLength: processes }),
    closes: fc.tuple(
      fc.constantFrom<Close>("up", "down", "tie"),
      fc.constantFrom<Close>("up", "down", "tie"),
    ),
  });
