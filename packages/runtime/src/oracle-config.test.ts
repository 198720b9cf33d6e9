import { describe, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError } from "./config-error.ts";
import { ORACLE_SECRETS } from "./oracle-variables.ts";
import { readConfig } from "./read-config.ts";

const problemsOf = (env: Record<string, string>): readonly string[] => {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
};

const FEED = `0x${"5f".repeat(20)}`;

describe("price sources", () => {
  test("are what the default market settles on, each with its own symbol", () => {
    const { market, oracle } = readConfig({
      ORACLE: "massive:I:NDX, alpaca-auctions:QQQ@Q,twelve-data",
      ORACLE_RULE: "median",
      ORACLE_TOLERANCE_BPS: "2",
      ORACLE_AUDIT: "fred:NASDAQ100",
      MASSIVE_API_KEY: "massive-key",
      ALPACA_KEY_ID: "alpaca-id",
      ALPACA_SECRET_KEY: "alpaca-secret",
      ALPACA_URL: "http://127.0.0.1:9/alpaca",
      TWELVE_DATA_API_KEY: "twelve-key",
      FRED_API_KEY: "fred-key-1",
    });
    expect(market).toMatchObject({
      sources: ["massive:I:NDX", "alpaca-auctions:QQQ@Q", "twelve-data"],
      sourceRule: "median",
      toleranceBps: 2,
      auditSources: ["fred:NASDAQ100"],
    });
    expect(oracle).toEqual({
      listed: ["massive", "alpaca-auctions", "twelve-data", "fred"],
      file: undefined,
      massive: { apiKey: "massive-key", url: undefined },
      alpaca: {
        keyId: "alpaca-id",
        secretKey: "alpaca-secret",
        url: "http://127.0.0.1:9/alpaca",
      },
      twelveData: { apiKey: "twelve-key", url: undefined },
      fred: { apiKey: "fred-key-1", url: undefined },
      chainlink: undefined,
    });
  });

  test("on a chain are read where nothing can be undone, unless told otherwise", () => {
    const chainlink = {
      ORACLE: `chainlink:${FEED}`,
      CHAINLINK_RPC_URL: "https://node.example/v2/k",
    };
    expect(readConfig(chainlink).oracle.chainlink).toEqual({
      rpcUrl: "https://node.example/v2/k",
      block: "finalized",
      maxAgeSeconds: 3_900,
    });
    const hasty = { ...chainlink, CHAINLINK_BLOCK: "safe", CHAINLINK_MAX_AGE_SECONDS: "90000" };
    expect(readConfig(hasty).oracle.chainlink).toMatchObject({
      block: "safe",
      maxAgeSeconds: 90_000,
    });
  });

  test.each([
    [{ ORACLE: "massive" }, ["MASSIVE_API_KEY"]],
    [{ ORACLE: "alpaca-bars", ALPACA_KEY_ID: "alpaca-id" }, ["ALPACA_SECRET_KEY"]],
    [{ ORACLE: "alpaca-auctions,alpaca-bars" }, ["ALPACA_KEY_ID", "ALPACA_SECRET_KEY"]],
    [{ ORACLE: "twelve-data" }, ["TWELVE_DATA_API_KEY"]],
    [{ ORACLE_AUDIT: "fred:NASDAQ100" }, ["FRED_API_KEY"]],
    [{ ORACLE: `chainlink:${FEED}` }, ["CHAINLINK_RPC_URL"]],
    [{ ORACLE: "file" }, ["ORACLE_FILE"]],
  ])("%j lacks what the source needs", (env, names) => {
    const named = problemsOf(env).map((line) => line.split(" ")[0] ?? "");
    expect(new Set(named)).toEqual(new Set(names));
  });

  test("of a process that asks for no price need no key, and are right in all else", () => {
    const asksNothing = { asksPrices: false };
    const env = { ORACLE: "massive:I:NDX,alpaca-bars", ORACLE_AUDIT: "fred:NASDAQ100" };
    const { market, oracle } = readConfig(env, asksNothing);
    expect(market.sources).toEqual(["massive:I:NDX", "alpaca-bars"]);
    expect([oracle.massive, oracle.alpaca, oracle.fred]).toEqual([undefined, undefined, undefined]);
    expect(() => readConfig({ ORACLE: "fred" }, asksNothing)).toThrow("ORACLE must not list fred");
    expect(() => readConfig({ ORACLE: "bloomberg" }, asksNothing)).toThrow("ORACLE must ");
  });

  test.each([
    ["fred settles nothing", { ORACLE: "fred:NASDAQ100", FRED_API_KEY: "fred-key-1" }],
    ["a source is listed once", { ORACLE: "simulated,simulated:SPX" }],
    [
      "a feed has an address",
      { ORACLE: "chainlink:ETH", CHAINLINK_RPC_URL: "https://node.example" },
    ],
    ["nobody knows it", { ORACLE: "bloomberg" }],
    ["an empty entry", { ORACLE: "simulated,,simulated-b" }],
    ["a symbol with a space", { ORACLE: "simulated:N DX" }],
  ])("%s", (_why, env) => {
    const problems = problemsOf(env);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toStartWith("ORACLE must ");
  });

  test.each([
    ["MASSIVE_URL", "ftp://api.example"],
    ["MASSIVE_URL", "https://user:hunter2hunter2@api.example"],
    ["ALPACA_URL", "https://api.example/?key=hunter2hunter2"],
    ["CHAINLINK_RPC_URL", "wss://node.example/hunter2hunter2"],
    ["MASSIVE_API_KEY", "short"],
    ["FRED_API_KEY", "hunter2hunter2 with spaces"],
    ["ORACLE_RULE", "mean"],
    ["ORACLE_TOLERANCE_BPS", "1001"],
    ["CHAINLINK_BLOCK", "pending"],
  ])("%s=%s is told without what it holds", (name, value) => {
    const problems = problemsOf({ [name]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toStartWith(`${name} must be `);
    expect(problems[0]).not.toContain("hunter2");
  });

  test("take every secret from a file too", async () => {
    const folder = await mkdtemp(join(tmpdir(), "closebell-keys-"));
    try {
      const env: Record<string, string> = {};
      for (const name of ORACLE_SECRETS) {
        const file = join(folder, name);
        await writeFile(file, name.endsWith("_URL") ? "https://node.example/k\n" : `${name}-x\n`);
        env[`${name}_FILE`] = file;
      }
      const { oracle } = readConfig({ ...env, ORACLE: "massive,alpaca-bars" });
      expect(oracle).toMatchObject({
        massive: { apiKey: "MASSIVE_API_KEY-x" },
        alpaca: { keyId: "ALPACA_KEY_ID-x", secretKey: "ALPACA_SECRET_KEY-x" },
        twelveData: { apiKey: "TWELVE_DATA_API_KEY-x" },
        fred: { apiKey: "FRED_API_KEY-x" },
        chainlink: { rpcUrl: "https://node.example/k" },
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
