import { z } from "zod";
import { day, expectOk, expectSymbol, NoClose, price, type Provider } from "./provider.ts";

// https://massive.com/docs/rest/indices/aggregates/daily-ticker-summary, and the same of stocks
const closed = z.object({ status: z.literal("OK"), symbol: z.string(), from: day, close: price });
const told = z.object({ status: z.string() });

/**
 * Massive (formerly Polygon): the daily open and close of a stock, unadjusted, or of an index, whose ticker begins with "I:".
 * A delayed plan's answer is not taken: its close may be that of a quarter of an hour before.
 */
export const massive = (options: { readonly apiKey: string }): Provider => ({
  name: "massive",
  url: "https://api.massive.com",
  secrets: [options.apiKey],
  request: ({ symbol, date }) => ({
    path: `/v1/open-close/${encodeURIComponent(symbol).replaceAll("%3A", ":")}/${date}`,
    query: { adjusted: "false" },
    headers: { authorization: `Bearer ${options.apiKey}` },
  }),
  read(status, body, { symbol }) {
    const { status: word } = told.parse(body);
    if (status === 404 && word === "NOT_FOUND") throw new NoClose("not-found", "has no such close");
    expectOk(status);
    if (word === "DELAYED") throw new NoClose("unavailable", "answered from a delayed plan");
    const answer = closed.parse(body);
    expectSymbol(answer.symbol, symbol);
    return { price: answer.close, date: answer.from };
  },
});
