import { z } from "zod";
import { ALPACA_URL, type AlpacaKeys, alpacaRequest } from "./alpaca.ts";
import { expectOk, NoClose, price, type Provider } from "./provider.ts";

const bar = z.object({
  /** A daily bar begins at midnight in New York. */
  t: z
    .string()
    .transform((text) =>
      Temporal.Instant.from(text).toZonedDateTimeISO("America/New_York").toPlainDate().toString(),
    ),
  c: price,
});

// https://docs.alpaca.markets/reference/stockbars
const answer = z.object({
  bars: z.record(z.string(), z.array(bar)).nullable(),
  next_page_token: z.string().nullable(),
});

/** Alpaca's daily bars, unadjusted: the close of a bar is the last trade of the day that counts for it. */
export const alpacaBars = (keys: AlpacaKeys): Provider => ({
  name: "alpaca-bars",
  url: ALPACA_URL,
  secrets: [keys.keyId, keys.secretKey],
  request: ({ symbol, date }) =>
    alpacaRequest(keys, "/v2/stocks/bars", { symbol, date, timeframe: "1Day", adjustment: "raw" }),
  read(status, body, { symbol, date }) {
    expectOk(status);
    const { bars, next_page_token: more } = answer.parse(body);
    if (more !== null) throw new NoClose("malformed", "answered with more than one day of bars");
    if (bars === null || Object.keys(bars).length === 0) {
      throw new NoClose("not-found", "has no bar of that day");
    }
    const days = bars[symbol];
    if (days === undefined) {
      throw new NoClose("malformed", `answered for another symbol than ${symbol}`);
    }
    const found = days.find(({ t }) => t === date) ?? days.at(-1);
    if (found === undefined) throw new NoClose("not-found", "has no bar of that day");
    return { price: found.c, date: found.t };
  },
});
