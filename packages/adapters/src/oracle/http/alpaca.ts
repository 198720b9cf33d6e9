import type { ProviderRequest } from "./provider.ts";

export interface AlpacaKeys {
  readonly keyId: string;
  readonly secretKey: string;
}

export const ALPACA_URL = "https://data.alpaca.markets";

/** A question to Alpaca's market data about one symbol on one day, as the symbol was called that day. */
export const alpacaRequest = (
  keys: AlpacaKeys,
  path: string,
  query: { readonly symbol: string; readonly date: string; readonly [more: string]: string },
): ProviderRequest => {
  const { symbol, date, ...more } = query;
  return {
    path,
    query: { symbols: symbol, start: date, end: date, asof: date, feed: "sip", ...more },
    headers: { "APCA-API-KEY-ID": keys.keyId, "APCA-API-SECRET-KEY": keys.secretKey },
  };
};
