import type { Clock } from "@closebell/context";
import { hashEvidence, OracleError, type ClosePrice, type Oracle } from "@closebell/rounds";
import { abortable, refuseAborted } from "./abortable.ts";
import { regularClose } from "./regular-close.ts";
import type { SimulatedClose, SimulatedCloses, SimulatedSource } from "./simulated-close.ts";
import { walkClose } from "./walk-close.ts";

export interface SimulatedOracleOptions {
  /** Two sources of the same seed agree, unless one of them was told otherwise. Default "simulated". */
  readonly name?: SimulatedSource;
  readonly seed?: string;
  /** Decides when a late close is there. */
  readonly clock: Clock;
  /** What the source was told; without it, it only walks. */
  readonly overrides?: SimulatedCloses;
  readonly timezone?: string;
}

const WALKS: SimulatedClose = { mode: "right", price: null, availableFrom: null };

const asUnavailable = (error: unknown): never => {
  if (error instanceof OracleError) throw error;
  throw new OracleError("unavailable", "The simulated source can't look up what it was told.", {
    cause: error,
  });
};

const silence = () => Promise.withResolvers<never>().promise;

/**
 * A source of made-up closes: every date has one, a pure function of seed, symbol and date, unless an operator or a test
 * set another for that date. Nothing here comes from a market, and `simulated` says so.
 */
export const simulatedOracle = (options: SimulatedOracleOptions): Oracle => {
  const source = options.name ?? "simulated";

  const publish = (date: Temporal.PlainDate, price: string): ClosePrice => {
    const raw = JSON.stringify({ simulated: true, date: date.toString(), close: price });
    const asOf = regularClose(date, options.timezone);
    return { price, date: date.toString(), asOf, source, raw, hash: hashEvidence(raw) };
  };

  const answer = async (symbol: string, date: Temporal.PlainDate): Promise<ClosePrice> => {
    const told = (await options.overrides?.closeOf(symbol, date)) ?? WALKS;
    const price = told.price ?? walkClose({ seed: options.seed ?? "closebell", symbol, date });
    switch (told.mode) {
      case "right":
        return publish(date, price);
      case "late":
        if (told.availableFrom !== null) await refuseBefore(told.availableFrom, options.clock);
        return publish(date, price);
      case "wrong-date":
        return publish(date.subtract({ days: 1 }), price);
      case "negative":
        return publish(date, `-${price}`);
      case "silent":
        return await silence();
      case "malformed":
        throw new OracleError("malformed", `The answer for ${date.toString()} can't be read.`, {
          raw: "<html>simulated</html>",
        });
      case "unavailable":
        break;
    }
    throw new OracleError("unavailable", `${source} was told to be down on ${date.toString()}.`);
  };

  return {
    name: source,
    simulated: true,
    async closeOf(symbol, date, signal) {
      refuseAborted(source, signal);
      return await abortable(source, signal, answer(symbol, date).catch(asUnavailable));
    },
  };
};

const refuseBefore = async (from: Temporal.Instant, clock: Clock): Promise<void> => {
  if (Temporal.Instant.compare(await clock.now(), from) >= 0) return;
  throw new OracleError("unavailable", `The close is published at ${from.toString()}.`);
};
