import type { Clock } from "@closebell/context";
import { hashEvidence, OracleError, type ClosePrice, type Oracle } from "../oracle.ts";

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

const aborted = () => new OracleError("timeout", "The scripted source was not waited for.");

const untilAborted = (signal: AbortSignal | undefined) =>
  new Promise<never>((_, reject) => {
    signal?.addEventListener("abort", () => reject(aborted()), { once: true });
  });

const negated = (price: string) => (price.startsWith("-") ? price : `-${price}`);

const nudged = (price: string) => {
  const [whole = "0", fraction = ""] = price.split(".");
  const units = (BigInt(whole + fraction) + 1n).toString().padStart(fraction.length + 1, "0");
  const point = units.length - fraction.length;
  return fraction === "" ? units : `${units.slice(0, point)}.${units.slice(point)}`;
};

const answer = (source: string, date: string, price: string): ClosePrice => {
  const raw = JSON.stringify({ date, close: price });
  const asOf = Temporal.PlainDate.from(date)
    .toZonedDateTime({ timeZone: "America/New_York", plainTime: "16:00" })
    .toInstant();
  return { price, date, asOf, source, raw, hash: hashEvidence(raw) };
};

/**
 * A source for tests: right, late, wrong, silent or broken, date by date. A date without a script is `not-found`.
 * `clock` decides when a late close appears.
 */
export const scriptedOracle = (options: {
  readonly clock: Clock;
  readonly name?: string;
  readonly closes?: Readonly<Record<string, ScriptedClose>>;
}): ScriptedOracle => {
  const source = options.name ?? "scripted";
  const closes = new Map(Object.entries(options.closes ?? {}));
  const asked: OracleQuestion[] = [];

  const perform = async (date: string, signal: AbortSignal | undefined): Promise<ClosePrice> => {
    const close = closes.get(date);
    if (close === undefined)
      throw new OracleError("not-found", `No close for ${date} in the script.`);
    switch (close.kind) {
      case "right":
        return answer(source, date, close.price);
      case "late": {
        const now = await options.clock.now();
        if (Temporal.Instant.compare(now, close.from) >= 0)
          return answer(source, date, close.price);
        throw new OracleError(
          "unavailable",
          `The close of ${date} comes at ${close.from.toString()}.`,
        );
      }
      case "wrong-date":
        return answer(source, close.date, close.price);
      case "negative":
        return answer(source, date, negated(close.price));
      case "disagreeing":
        return answer(source, date, nudged(close.price));
      case "silent":
        return untilAborted(signal);
      case "malformed":
        throw new OracleError("malformed", `The close of ${date} can't be read.`, {
          raw: close.raw,
        });
      case "unavailable":
        break;
    }
    throw new OracleError("unavailable", "The scripted source is down.");
  };

  return {
    name: source,
    simulated: true,
    asked,
    script: (date, close) => void closes.set(date, close),
    async closeOf(symbol, date, signal) {
      if (signal?.aborted) throw aborted();
      asked.push({ symbol, date: date.toString() });
      return await perform(date.toString(), signal);
    },
  };
};
