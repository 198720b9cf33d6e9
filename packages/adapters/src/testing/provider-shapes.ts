/** A close as a provider would write it. `written` is JSON: 29209.23, "29209.23" or 2.920923e4. */
export interface WrittenClose {
  readonly symbol: string;
  /** "YYYY-MM-DD" */
  readonly date: string;
  readonly written: string;
}

export interface ShapedAnswer {
  readonly status: number;
  readonly body: string;
}

/** One provider's answers, in the shape its documentation gives. */
export interface ProviderShape {
  readonly path: RegExp;
  /** Symbol and date of a request. */
  asked(url: URL): { readonly symbol: string; readonly date: string };
  /** Whether a request brings this key (of Alpaca: `id:secret`). */
  brings(key: string, headers: Headers, url: URL): boolean;
  closed(close: WrittenClose): ShapedAnswer;
  unknown(asked: { readonly symbol: string; readonly date: string }): ShapedAnswer;
  /** Our key is wrong. The key is named, as some providers do. */
  refused(key: string): ShapedAnswer;
  tooMany(): ShapedAnswer;
}

const json = (status: number, body: object): ShapedAnswer => ({
  status,
  body: JSON.stringify(body),
});

const massive: ProviderShape = {
  path: /^\/v1\/open-close\/([^/]+)\/([^/]+)$/,
  asked(url) {
    const [, symbol = "", date = ""] = massive.path.exec(url.pathname) ?? [];
    return { symbol: decodeURIComponent(symbol), date };
  },
  brings: (key, headers) => headers.get("authorization") === `Bearer ${key}`,
  closed: ({ symbol, date, written }) => ({
    status: 200,
    body: `{"status":"OK","from":"${date}","symbol":"${symbol}","open":29100.5,"high":29300,"low":29001.75,"close":${written},"volume":0,"afterHours":29210,"preMarket":29099}`,
  }),
  unknown: () => json(404, { status: "NOT_FOUND", request_id: "c1", message: "Data not found." }),
  refused: () => json(401, { status: "ERROR", request_id: "c2", error: "Unknown API Key" }),
  tooMany: () =>
    json(429, { status: "ERROR", request_id: "c3", error: "Too many requests per minute." }),
};

const alpacaAsked = (url: URL) => ({
  symbol: url.searchParams.get("symbols") ?? "",
  date: url.searchParams.get("start") ?? "",
});

const alpaca = {
  asked: alpacaAsked,
  brings: (key: string, headers: Headers) =>
    `${headers.get("apca-api-key-id")}:${headers.get("apca-api-secret-key")}` === key,
  refused: (key: string) => json(401, { message: `request is not authorized: ${key}` }),
  tooMany: () => json(429, { message: "too many requests." }),
};

const alpacaAuctions: ProviderShape = {
  ...alpaca,
  path: /^\/v2\/stocks\/auctions$/,
  closed: ({ symbol, date, written }) => ({
    status: 200,
    body: `{"auctions":{"${symbol}":[{"d":"${date}","o":[{"c":"Q","p":600,"s":1500,"t":"${date}T14:30:00.18Z","x":"Q"}],"c":[
      {"c":"6","p":599.9,"s":100,"t":"${date}T21:00:00.120649216Z","x":"P"},
      {"c":"M","p":599.9,"s":100,"t":"${date}T21:00:00.125925888Z","x":"P"},
      {"c":"6","p":${written},"s":2400100,"t":"${date}T21:00:00.875570864Z","x":"Q"},
      {"c":"M","p":${written},"s":2400100,"t":"${date}T21:00:00.875603021Z","x":"Q"}]}]},"currency":"USD","next_page_token":null}`,
  }),
  unknown: () => json(200, { auctions: {}, currency: "USD", next_page_token: null }),
};

const alpacaBars: ProviderShape = {
  ...alpaca,
  path: /^\/v2\/stocks\/bars$/,
  closed: ({ symbol, date, written }) => ({
    status: 200,
    body: `{"bars":{"${symbol}":[{"c":${written},"h":605,"l":590.5,"n":460000,"o":600,"t":"${date}T05:00:00Z","v":45000000,"vw":601.25}]},"currency":"USD","next_page_token":null}`,
  }),
  unknown: () => json(200, { bars: {}, currency: "USD", next_page_token: null }),
};

const twelveData: ProviderShape = {
  path: /^\/eod$/,
  asked: (url) => ({
    symbol: url.searchParams.get("symbol") ?? "",
    date: url.searchParams.get("date") ?? "",
  }),
  brings: (key, headers) => headers.get("authorization") === `apikey ${key}`,
  closed: ({ symbol, date, written }) => ({
    status: 200,
    body: `{"symbol":"${symbol}","exchange":"NASDAQ","mic_code":"XNAS","currency":"USD","datetime":"${date}","timestamp":1763935200,"close":${written}}`,
  }),
  unknown: () =>
    json(400, {
      code: 400,
      message:
        "No data is available on the specified dates. Try setting different start/end dates.",
      status: "error",
    }),
  refused: (key) =>
    json(401, { code: 401, message: `**apikey** parameter is incorrect: ${key}`, status: "error" }),
  // the status line says that all is well
  tooMany: () =>
    json(200, { code: 429, message: "You have run out of API credits.", status: "error" }),
};

const fredObservations = (date: string, observations: string): ShapedAnswer => ({
  status: 200,
  body: `{"realtime_start":"${date}","realtime_end":"${date}","observation_start":"${date}","observation_end":"${date}","units":"lin","output_type":1,"file_type":"json","order_by":"observation_date","sort_order":"asc","count":1,"offset":0,"limit":100000,"observations":[${observations}]}`,
});

const fred: ProviderShape = {
  path: /^\/fred\/series\/observations$/,
  asked: (url) => ({
    symbol: url.searchParams.get("series_id") ?? "",
    date: url.searchParams.get("observation_start") ?? "",
  }),
  brings: (key, _headers, url) => url.searchParams.get("api_key") === key,
  closed: ({ date, written }) =>
    fredObservations(
      date,
      `{"realtime_start":"${date}","realtime_end":"${date}","date":"${date}","value":${written.startsWith('"') ? written : `"${written}"`}}`,
    ),
  unknown: ({ date }) =>
    fredObservations(
      date,
      `{"realtime_start":"${date}","realtime_end":"${date}","date":"${date}","value":"."}`,
    ),
  refused: (key) =>
    json(400, {
      error_code: 400,
      error_message: `Bad Request.  The value for variable api_key is not registered: ${key}`,
    }),
  tooMany: () => json(429, { error_code: 429, error_message: "Too Many Requests." }),
};

export const PROVIDER_SHAPES = {
  massive,
  "alpaca-auctions": alpacaAuctions,
  "alpaca-bars": alpacaBars,
  "twelve-data": twelveData,
  fred,
} as const satisfies Readonly<Record<string, ProviderShape>>;

export type ShapedProvider = keyof typeof PROVIDER_SHAPES;
