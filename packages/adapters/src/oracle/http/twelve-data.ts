import { z } from "zod";
import { day, expectOk, expectSymbol, NoClose, price, type Provider } from "./provider.ts";

// https://twelvedata.com/docs: /eod, and its errors, which may come with status 200
const refused = z.object({ status: z.literal("error"), code: z.string(), message: z.string() });
const closed = z.object({ symbol: z.string(), datetime: day, close: price });

const refusalOf = (code: string, message: string): NoClose => {
  if (code === "404" || (code === "400" && /no data is available/i.test(message))) {
    return new NoClose("not-found", "has no such close");
  }
  if (code === "400" || code === "414")
    return new NoClose("malformed", "does not take the question");
  return new NoClose("unavailable", `refused with its code ${code.slice(0, 8)}`);
};

/** Twelve Data's end-of-day price of one date. */
export const twelveData = (options: { readonly apiKey: string }): Provider => ({
  name: "twelve-data",
  url: "https://api.twelvedata.com",
  secrets: [options.apiKey],
  request: ({ symbol, date }) => ({
    path: "/eod",
    query: { symbol, date },
    headers: { authorization: `apikey ${options.apiKey}` },
  }),
  read(status, body, { symbol }) {
    const refusal = refused.safeParse(body);
    if (refusal.success) throw refusalOf(refusal.data.code, refusal.data.message);
    expectOk(status);
    const answer = closed.parse(body);
    expectSymbol(answer.symbol, symbol);
    return { price: answer.close, date: answer.datetime };
  },
});
