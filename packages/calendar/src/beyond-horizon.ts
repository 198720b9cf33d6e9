import type { Exchange } from "./exchange.ts";

/** A date the calendar knows nothing about. Nothing is assumed there: whoever asks must do without an answer. */
export class BeyondHorizon extends RangeError {
  readonly exchange: string;
  readonly date: string;

  constructor(exchange: Exchange, date: string) {
    const { from, to } = exchange.horizon;
    super(
      `${date} is outside what is known of ${exchange.code}: ${from.toString()} to ${to.toString()}. ` +
        "Ask for a date inside, or add the year to the calendar from the exchange's notice.",
    );
    this.name = "BeyondHorizon";
    this.exchange = exchange.code;
    this.date = date;
  }
}
