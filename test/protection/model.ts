import {
  LIMIT_KINDS,
  LIMIT_PERIODS,
  type LimitKind,
  type LimitPeriod,
} from "../../packages/protection/src/index.ts";

interface Stake {
  readonly id: string;
  readonly at: Temporal.Instant;
  readonly amount: bigint;
  returned: bigint;
}

interface Limit {
  amount: bigint | null;
  next?: Pending | undefined;
}

/** A looser limit that waits for a word, from then until then. */
interface Pending {
  readonly amount: bigint | null;
  readonly from: Temporal.Instant;
  readonly until: Temporal.Instant;
}

/** A limit that counts now, or will. */
export interface LimitInForce {
  readonly name: string;
  readonly kind: LimitKind;
  readonly period: LimitPeriod;
  readonly most: bigint | null;
  readonly used: bigint;
  readonly pending: Pending | null;
}

/** What the rules say of one user, worked out apart from the service, from all that he did. */
export interface Model {
  now: Temporal.Instant;
  blocked: boolean;
  held: bigint;
  readonly stakes: Stake[];
  readonly deposits: { readonly at: Temporal.Instant; readonly amount: bigint }[];
  setLimit(kind: LimitKind, period: LimitPeriod, amount: bigint | null): void;
  /** Whether a word for that amount counts now. */
  confirmLimit(kind: LimitKind, period: LimitPeriod, amount: bigint | null): boolean;
  judgeStake(amount: bigint): "placed" | "PLAY_SUSPENDED" | "PROTECTION_LIMIT_EXCEEDED";
  judgeDeposit(amount: bigint): boolean;
  limits(): readonly LimitInForce[];
}

/** Names the period that an instant lies in: the same for any other instant of it. */
const nameOf = (period: LimitPeriod, at: Temporal.Instant): string => {
  const date = at.toZonedDateTimeISO("UTC").toPlainDate();
  if (period === "day") return date.toString();
  if (period === "month") return date.toPlainYearMonth().toString();
  return `${date.yearOfWeek}-W${date.weekOfYear}`;
};

const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((all, one) => all + one, 0n);

/** A user who has done nothing yet. */
export const createModel = (start: Temporal.Instant): Model => {
  const limits = new Map<string, Limit>();
  const limitOf = (kind: LimitKind, period: LimitPeriod): Limit => {
    const limit = limits.get(`${kind} ${period}`) ?? { amount: null };
    limits.set(`${kind} ${period}`, limit);
    if (limit.next !== undefined && Temporal.Instant.compare(limit.next.until, model.now) <= 0)
      limit.next = undefined;
    return limit;
  };
  const usedOf = (kind: LimitKind, period: LimitPeriod): bigint => {
    const now = nameOf(period, model.now);
    const inPeriod = <T extends { readonly at: Temporal.Instant }>(all: readonly T[]) =>
      all.filter(({ at }) => nameOf(period, at) === now);
    if (kind === "deposit") return sum(inPeriod(model.deposits).map(({ amount }) => amount));
    const stakes = inPeriod(model.stakes);
    return sum(
      stakes.map(({ amount, returned }) => (kind === "stake" ? amount : amount - returned)),
    );
  };
  const exceeds = (kind: LimitKind, more: bigint): boolean =>
    LIMIT_PERIODS.some((period) => {
      const { amount } = limitOf(kind, period);
      return amount !== null && usedOf(kind, period) + more > amount;
    });
  const model: Model = {
    now: start,
    blocked: false,
    held: 0n,
    stakes: [],
    deposits: [],
    setLimit(kind, period, amount) {
      const limit = limitOf(kind, period);
      const looser = limit.amount !== null && (amount === null || amount > limit.amount);
      if (!looser) {
        limit.amount = amount;
        limit.next = undefined;
      } else if (limit.next === undefined || limit.next.amount !== amount) {
        const from = model.now.add({ hours: 24 });
        limit.next = { amount, from, until: from.add({ hours: 72 }) };
      }
    },
    confirmLimit(kind, period, amount) {
      const limit = limitOf(kind, period);
      const { next } = limit;
      if (next === undefined || next.amount !== amount) return false;
      if (Temporal.Instant.compare(next.from, model.now) > 0) return false;
      limit.amount = amount;
      limit.next = undefined;
      return true;
    },
    judgeStake(amount) {
      if (model.blocked) return "PLAY_SUSPENDED";
      return exceeds("stake", amount) || exceeds("loss", amount)
        ? "PROTECTION_LIMIT_EXCEEDED"
        : "placed";
    },
    judgeDeposit: (amount) => !model.blocked && !exceeds("deposit", amount),
    limits: () =>
      LIMIT_KINDS.flatMap((kind) =>
        LIMIT_PERIODS.map((period) => {
          const { amount: most, next } = limitOf(kind, period);
          const name = `${kind} ${period}`;
          return { name, kind, period, most, used: usedOf(kind, period), pending: next ?? null };
        }),
      ).filter(({ most, pending }) => most !== null || pending !== null),
  };
  return model;
};
