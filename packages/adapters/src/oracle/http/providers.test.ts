import { describe, expect, test } from "bun:test";
import { OracleError, type Oracle } from "@closebell/rounds";
import { describeOracleContract } from "@closebell/rounds/testing";
import { type ProviderServer, startProviderServer } from "../../testing/provider-server.ts";
import type { ShapedProvider } from "../../testing/provider-shapes.ts";
import { alpacaAuctions } from "./alpaca-auctions.ts";
import { alpacaBars } from "./alpaca-bars.ts";
import { fred } from "./fred.ts";
import { massive } from "./massive.ts";
import type { Provider } from "./provider.ts";
import { providerOracle, type ProviderOracleOptions } from "./provider-oracle.ts";
import { twelveData } from "./twelve-data.ts";

const KEY = "canary-key-7f3a/+= x";
const SECRET = "canary-secret-91bc&?";
const alpacaKeys = { keyId: KEY, secretKey: SECRET };

interface Case {
  readonly name: ShapedProvider;
  readonly provider: Provider;
  readonly symbol: string;
  readonly key: string;
  readonly shown: string;
}

const CASES: readonly Case[] = [
  {
    name: "massive",
    provider: massive({ apiKey: KEY }),
    symbol: "I:NDX",
    key: KEY,
    shown: "/v1/open-close/I:NDX/2026-11-23?adjusted=false",
  },
  {
    name: "alpaca-auctions",
    provider: alpacaAuctions(alpacaKeys),
    symbol: "QQQ",
    key: `${KEY}:${SECRET}`,
    shown:
      "/v2/stocks/auctions?symbols=QQQ&start=2026-11-23&end=2026-11-23&asof=2026-11-23&feed=sip",
  },
  {
    name: "alpaca-bars",
    provider: alpacaBars(alpacaKeys),
    symbol: "QQQ",
    key: `${KEY}:${SECRET}`,
    shown:
      "/v2/stocks/bars?symbols=QQQ&start=2026-11-23&end=2026-11-23&asof=2026-11-23&feed=sip&timeframe=1Day&adjustment=raw",
  },
  {
    name: "twelve-data",
    provider: twelveData({ apiKey: KEY }),
    symbol: "NDX",
    key: KEY,
    shown: "/eod?symbol=NDX&date=2026-11-23",
  },
  {
    name: "fred",
    provider: fred({ apiKey: KEY }),
    symbol: "NASDAQ100",
    key: KEY,
    shown:
      "/fred/series/observations?series_id=NASDAQ100&observation_start=2026-11-23&observation_end=2026-11-23&units=lin&file_type=json",
  },
];

const friday = Temporal.PlainDate.from("2026-11-20");
const monday = Temporal.PlainDate.from("2026-11-23");

/** Patient enough for a busy machine; no test waits for it to end. */
const TIMING = { attemptMs: 10_000, totalMs: 30_000, backoffMs: 2, retries: 1 } as const;

const serve = ({ name, symbol, key }: Case): ProviderServer => {
  const server = startProviderServer({ keys: { [name]: key } });
  server.publish({ symbol, date: "2026-11-20", written: "29100.5" });
  server.publish({ symbol, date: "2026-11-23", written: "29209.23" });
  server.publish({ symbol, date: "2026-11-24", written: "29300" });
  server.publish({ symbol, date: "2026-11-25", written: "29300" });
  return server;
};

const oracleOf = (
  { provider }: Case,
  server: ProviderServer,
  options: ProviderOracleOptions = {},
): Oracle => providerOracle(provider, { url: server.url, timing: TIMING, ...options });

const refusalOf = async (answer: Promise<unknown>): Promise<OracleError> => {
  try {
    await answer;
  } catch (error) {
    if (error instanceof OracleError) return error;
    throw error;
  }
  throw new Error("answered where it should have failed");
};

for (const each of CASES) {
  const { name, symbol, shown } = each;

  describeOracleContract(
    name,
    () => {
      const server = serve(each);
      server.fail({ kind: "html" }, { date: "2026-11-24" });
      server.fail({ kind: "silent" }, { date: "2026-11-25" });
      server.fail({ kind: "status", status: 500 }, { date: "2026-11-27" });
      return {
        oracle: oracleOf(each, server),
        close: async () => await server[Symbol.asyncDispose](),
      };
    },
    {
      symbol,
      known: ["2026-11-20", "2026-11-23"],
      unknown: "2026-12-01",
      malformed: "2026-11-24",
      silent: "2026-11-25",
      unavailable: "2026-11-27",
      secrets: [KEY, encodeURIComponent(KEY), SECRET, encodeURIComponent(SECRET)],
    },
  );

  describe(`${name}, as documented`, () => {
    test("is asked for the date, with the key where it is not seen", async () => {
      await using server = serve(each);
      const close = await oracleOf(each, server).closeOf(symbol, monday);
      expect(close).toMatchObject({
        price: "29209.23",
        date: "2026-11-23",
        source: name,
        request: { method: "GET", url: `${server.url}${shown}` },
      });
      expect(close.asOf.toString()).toStartWith("2026-11-23T21:00:00");
      expect(server.asked).toHaveLength(1);
    });

    test.each([
      ["29209.23", "29209.23"],
      ['"29209.23"', "29209.23"],
      ["29209.229999999996", "29209.229999999996"],
      ["2.920923e4", "29209.23"],
      ["29209", "29209"],
      ["0.00012", "0.00012"],
      ["9007199254740993.5", "9007199254740993.5"],
      // no price to settle on, but what the source said: the round refuses it
      ["-5", "-5"],
      ["0", "0"],
    ])("reads a price written %s", async (written, price) => {
      await using server = serve(each);
      server.publish({ symbol, date: "2026-11-23", written });
      expect((await oracleOf(each, server).closeOf(symbol, monday)).price).toBe(price);
    });

    test.each(['"abc"', '""', '"1,234.5"', "true", "1e99", '"NaN"'])(
      "takes %s for no price",
      async (written) => {
        await using server = serve(each);
        server.publish({ symbol, date: "2026-11-23", written });
        const refusal = await refusalOf(oracleOf(each, server).closeOf(symbol, monday));
        expect(refusal.kind).toBe("malformed");
        expect(refusal.raw).not.toBeUndefined();
      },
    );

    test("hands on yesterday's date as such", async () => {
      await using server = serve(each);
      server.fail({ kind: "about", date: "2026-11-20" });
      const close = await oracleOf(each, server).closeOf(symbol, monday);
      expect(close).toMatchObject({ date: "2026-11-20", price: "29209.23" });
    });

    test("tells a key that is not known, without showing it", async () => {
      await using server = startProviderServer({ keys: { [name]: "another-key" } });
      const refusal = await refusalOf(oracleOf(each, server).closeOf(symbol, monday));
      expect(refusal.kind).toBe("unavailable");
      expect(refusal.raw).toContain(name === "massive" ? "Unknown API Key" : "");
      expect(server.asked).toHaveLength(1);
    });

    test("knows its own words for too many requests, and does not repeat the question at once", async () => {
      await using server = serve(each);
      server.fail({ kind: "too-many" });
      const refusal = await refusalOf(oracleOf(each, server).closeOf(symbol, monday));
      expect(refusal).toMatchObject({ kind: "unavailable", raw: expect.any(String) });
      expect(server.asked).toHaveLength(1);
    });

    test("a close corrected between two reads is told as it is now", async () => {
      await using server = serve(each);
      const oracle = oracleOf(each, server);
      const before = await oracle.closeOf(symbol, monday);
      server.publish({ symbol, date: "2026-11-23", written: "29209.31" });
      const after = await oracle.closeOf(symbol, monday);
      expect([before.price, after.price]).toEqual(["29209.23", "29209.31"]);
      expect(after.hash).not.toBe(before.hash);
    });
  });
}

describe("another symbol than the one asked for is no answer", () => {
  // FRED's answer does not name its series
  test.each(CASES.filter(({ name }) => name !== "fred"))("$name", async (each) => {
    await using server = serve(each);
    server.fail({ kind: "about", symbol: "TSLA" });
    const refusal = await refusalOf(oracleOf(each, server).closeOf(each.symbol, monday));
    expect(refusal).toMatchObject({ kind: "malformed", raw: expect.stringContaining("TSLA") });
  });
});

test("what is said of an answer is short, whatever the answer's fields are called", async () => {
  const each = CASES.find(({ name }) => name === "alpaca-bars");
  if (each === undefined) throw new Error("there are bars");
  await using server = serve(each);
  const bars = { ["Q".repeat(100_000)]: [{}] };
  server.fail({ kind: "body", body: JSON.stringify({ bars, next_page_token: null }) });
  const refusal = await refusalOf(oracleOf(each, server).closeOf(each.symbol, monday));
  expect(refusal.kind).toBe("malformed");
  expect(refusal.message.length).toBeLessThan(300);
});

test("only FRED is for audits alone", () => {
  const audit = CASES.filter(({ provider }) => providerOracle(provider).auditOnly === true);
  expect(audit.map(({ name }) => name)).toEqual(["fred"]);
});

test("the instant of a price that has none is the session's close, an early one too", async () => {
  const [each] = CASES;
  if (each === undefined) throw new Error("there are providers");
  await using server = serve(each);
  const afterThanksgiving = Temporal.PlainDate.from("2026-11-27");
  server.publish({ symbol: each.symbol, date: "2026-11-27", written: "1" });
  const early = await oracleOf(each, server).closeOf(each.symbol, afterThanksgiving);
  expect(early.asOf.toString()).toBe("2026-11-27T18:00:00Z");
  const closesAt = () => Temporal.Instant.from("2026-11-23T19:30:00Z");
  const told = await oracleOf(each, server, { closesAt }).closeOf(each.symbol, monday);
  expect(told.asOf.toString()).toBe("2026-11-23T19:30:00Z");
});

test("a calendar that can't be read leaves the close unavailable", async () => {
  const [each] = CASES;
  if (each === undefined) throw new Error("there are providers");
  await using server = serve(each);
  const oracle = oracleOf(each, server, {
    closesAt: () => Promise.reject(new Error("no database")),
  });
  expect((await refusalOf(oracle.closeOf(each.symbol, friday))).kind).toBe("unavailable");
});
