import { z } from "zod";
import { ALPACA_URL, type AlpacaKeys, alpacaRequest } from "./alpaca.ts";
import { day, expectOk, NoClose, price, type Provider } from "./provider.ts";

const print = z.object({
  t: z.string().transform((text) => Temporal.Instant.from(text)),
  /** Code of the exchange. */
  x: z.string(),
  p: price,
  /** Condition: 6 is a closing trade, M the official close of an exchange. */
  c: z.string(),
  s: z.string().regex(/^\d+$/).transform(BigInt).optional(),
});

// https://docs.alpaca.markets/reference/stockauctions-1
const answer = z.object({
  auctions: z
    .record(z.string(), z.array(z.object({ d: day, c: z.array(print).nullable() })))
    .nullable(),
  next_page_token: z.string().nullable(),
});

type Print = z.infer<typeof print>;

/** "QQQ@Q" is QQQ, whose primary exchange has the code Q. */
const parseSymbol = (text: string) => {
  const [symbol = "", exchange] = text.split("@");
  return { symbol, exchange };
};

/** The exchange where the closing auction traded most; where only one tells an official close, that one. */
const primaryOf = (prints: readonly Print[], official: readonly Print[]): string => {
  const auctions = prints.filter(({ c, s }) => c === "6" && s !== undefined);
  const [largest] = auctions.toSorted((a, b) => Number((b.s ?? 0n) - (a.s ?? 0n)));
  if (largest !== undefined) return largest.x;
  const exchanges = new Set(official.map(({ x }) => x));
  const [only] = exchanges;
  if (only !== undefined && exchanges.size === 1) return only;
  throw new NoClose(
    "malformed",
    "does not tell the primary exchange: add its code to the symbol, as in QQQ@Q",
  );
};

/**
 * Alpaca's auctions: the official close (condition M) of a stock's primary exchange, whose code may follow the symbol ("QQQ@Q").
 * Where an exchange corrected its close, the latest counts.
 */
export const alpacaAuctions = (keys: AlpacaKeys): Provider => ({
  name: "alpaca-auctions",
  url: ALPACA_URL,
  secrets: [keys.keyId, keys.secretKey],
  request: ({ symbol, date }) =>
    alpacaRequest(keys, "/v2/stocks/auctions", { symbol: parseSymbol(symbol).symbol, date }),
  read(status, body, question) {
    expectOk(status);
    const { symbol, exchange } = parseSymbol(question.symbol);
    const { auctions, next_page_token: more } = answer.parse(body);
    if (more !== null)
      throw new NoClose("malformed", "answered with more than one day of auctions");
    const known = Object.keys(auctions ?? {});
    const days = auctions?.[symbol] ?? [];
    if (known.length > 0 && auctions?.[symbol] === undefined) {
      throw new NoClose("malformed", `answered for another symbol than ${symbol}`);
    }
    const found = days.find(({ d }) => d === question.date) ?? days.at(-1);
    const prints = found?.c ?? [];
    const official = prints.filter(({ c }) => c === "M");
    if (found === undefined || official.length === 0) {
      throw new NoClose("not-found", "tells no official close for that day");
    }
    const primary = exchange ?? primaryOf(prints, official);
    const [close] = official
      .filter(({ x }) => x === primary)
      .toSorted((a, b) => Temporal.Instant.compare(b.t, a.t));
    if (close === undefined) {
      throw new NoClose("not-found", `tells no official close of the exchange ${primary}`);
    }
    return { price: close.p, date: found.d, asOf: close.t };
  },
});
