import { z } from "zod";
import { day, expectOk, NoClose, price, type Provider } from "./provider.ts";

/** What stands where a series has no value for a day. */
const MISSING = ".";

// https://fred.stlouisfed.org/docs/api/fred/series_observations.html
const answer = z.object({
  units: z.literal("lin"),
  observations: z.array(z.object({ date: day, value: z.union([z.literal(MISSING), price]) })),
});

const refused = z.object({ error_message: z.string() });

/** FRED's daily series, as NASDAQ100: right, and a day late, so that it can only check what others said. */
export const fred = (options: { readonly apiKey: string }): Provider => ({
  name: "fred",
  url: "https://api.stlouisfed.org",
  secrets: [options.apiKey],
  auditOnly: true,
  request: ({ symbol, date }) => ({
    path: "/fred/series/observations",
    query: {
      series_id: symbol,
      observation_start: date,
      observation_end: date,
      units: "lin",
      file_type: "json",
    },
    // this API takes its key nowhere else
    secretQuery: { api_key: options.apiKey },
  }),
  read(status, body, { date }) {
    const refusal = refused.safeParse(body);
    if (refusal.success && /api_key/.test(refusal.data.error_message)) {
      throw new NoClose("unavailable", "does not know our key");
    }
    expectOk(status);
    const { observations } = answer.parse(body);
    const found = observations.find((each) => each.date === date) ?? observations.at(-1);
    if (found === undefined || found.value === MISSING) {
      throw new NoClose("not-found", "has no value of that day, or not yet");
    }
    return { price: found.value, date: found.date };
  },
});
