import type { Clock } from "@closebell/context";
import {
  hashEvidence,
  OracleError,
  type ClosePrice,
  type Oracle,
  type OracleErrorKind,
  type OracleRequest,
} from "../oracle.ts";

/** What the scripted source does when it is asked for one date. Prices are exact decimals. */
export type ScriptedClose =
  | { readonly kind: "right"; readonly price: string }
  /** Unavailable until `from`, by the clock; right afterwards. */
  | { readonly kind: "late"; readonly price: string; readonly from: Temporal.Instant }
  /** Answers with the close of `date`, which is not the one asked for. */
  | { readonly kind: "wrong-date"; readonly price: string; readonly date: string }
  | { readonly kind: "negative"; readonly price: string }
  /** One unit of the last digit above `price`: the second opinion of a source that disagrees. */
  | { readonly kind: "disagreeing"; readonly price: string }
  /** Never answers; ends only by the caller's signal. */
  | { readonly kind: "silent" }
  | { readonly kind: "malformed"; readonly raw: string }
  /** `price`, and `later` from `from` on, by the clock: the source corrected itself. */
  | {
      readonly kind: "corrected";
      readonly price: string;
      readonly later: string;
      readonly from: Temporal.Instant;
    }
  /** Refuses with a status of HTTP, as 500 or 429, and a body. */
  | { readonly kind: "refused"; readonly status: number; readonly raw: string }
  /** Keeps the question back, as where it failed too often. */
  | { readonly kind: "not-asked" }
  /** Breaks the port's promise: never answers, whatever the caller's signal. */
  | { readonly kind: "deaf" }
  /** Breaks the port's promise: throws something of its own. */
  | { readonly kind: "broken" }
  | { readonly kind: "unavailable" };

/** A question the scripted source was asked. */
export interface OracleQuestion {
  readonly symbol: string;
  readonly date: string;
}

/** A source that does what it was told, and remembers what it was asked. */
export interface ScriptedOracle extends Oracle {
  readonly asked: readonly OracleQuestion[];
  /** From now on, does `close` when asked for `date` ("YYYY-MM-DD"). */
  script(date: string, close: ScriptedClose): void;
}

const aborted = (request?: OracleRequest) =>
  new OracleError("timeout", "The scripted source was not waited for.", { request });

const untilAborted = (signal: AbortSignal | undefined, request: OracleRequest) =>
  new Promise<never>((_, reject) => {
    signal?.addEventListener("abort", () => reject(aborted(request)), { once: true });
  });

const negated = (price: string) => (price.startsWith("-") ? price : `-${price}`);

const nudged = (price: string) => {
  const [whole = "0", fraction = ""] = price.split(".");
  const units = (BigInt(whole + fraction) + 1n).toString().padStart(fraction.length + 1, "0");
  const point = units.length - fraction.length;
  return fraction === "" ? units : `${units.slice(0, point)}.${units.slice(point)}`;
};

const answer = (
  source: string,
  request: OracleRequest,
  date: string,
  price: string,
): ClosePrice => {
  const raw = JSON.stringify({ date, close: price });
  const asOf = Temporal.PlainDate.from(date)
    .toZonedDateTime({ timeZone: "America/New_York", plainTime: "16:00" })
    .toInstant();
  return { price, date, asOf, source, raw, hash: hashEvidence(raw), request };
};

/**
 * A source for tests: right, late, wrong, silent or broken, date by date. A date without a script is `not-found`.
 * `clock` decides when a late close appears.
 */
export const scriptedOracle = (options: {
  readonly clock: Clock;
  readonly name?: string;
  readonly closes?: Readonly<Record<string, ScriptedClose>>;
  /** For a source that is too late to settle on. */
  readonly auditOnly?: boolean;
}): ScriptedOracle => {
  const source = options.name ?? "scripted";
  const closes = new Map(Object.entries(options.closes ?? {}));
  const asked: OracleQuestion[] = [];

  const isPast = async (instant: Temporal.Instant): Promise<boolean> =>
    Temporal.Instant.compare(await options.clock.now(), instant) >= 0;

  const perform = async (
    date: string,
    request: OracleRequest,
    signal: AbortSignal | undefined,
  ): Promise<ClosePrice> => {
    const publish = (price: string, of = date) => answer(source, request, of, price);
    const refusal = (kind: OracleErrorKind, message: string, raw?: string) =>
      new OracleError(kind, message, { request, raw });
    const close = closes.get(date);
    if (close === undefined) throw refusal("not-found", `No close for ${date} in the script.`);
    switch (close.kind) {
      case "right":
        return publish(close.price);
      case "late":
        if (await isPast(close.from)) return publish(close.price);
        throw refusal("unavailable", `The close of ${date} comes at ${close.from}.`);
      case "corrected":
        return publish((await isPast(close.from)) ? close.later : close.price);
      case "wrong-date":
        return publish(close.price, close.date);
      case "negative":
        return publish(negated(close.price));
      case "disagreeing":
        return publish(nudged(close.price));
      case "silent":
        return untilAborted(signal, request);
      case "malformed":
        throw refusal("malformed", `The close of ${date} can't be read.`, close.raw);
      case "refused":
        throw refusal("unavailable", `The scripted source answered ${close.status}.`, close.raw);
      case "not-asked":
        throw new OracleError("not-asked", "The scripted source was not asked.");
      case "deaf":
        return Promise.withResolvers<never>().promise;
      case "broken":
        throw new TypeError("https://scripted.example/?key=secret is no place to go");
      case "unavailable":
        break;
    }
    throw refusal("unavailable", "The scripted source is down.");
  };

  return {
    name: source,
    simulated: true,
    ...(options.auditOnly === true ? { auditOnly: true } : {}),
    asked,
    script: (date, close) => void closes.set(date, close),
    async closeOf(symbol, date, signal) {
      if (signal?.aborted) throw aborted();
      asked.push({ symbol, date: date.toString() });
      const url = `https://${source}.example/closes/${encodeURIComponent(symbol)}/${date}`;
      return await perform(date.toString(), { method: "GET", url }, signal);
    },
  };
};
