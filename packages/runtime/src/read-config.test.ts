import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { MAX_POOL } from "@closebell/money";
import { ConfigError } from "./config-error.ts";
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

describe("the defaults", () => {
  test("need no variable at all", () => {
    expect(readConfig({})).toMatchObject({
      production: false,
      host: "0.0.0.0",
      port: 8000,
      databaseUrl: undefined,
      redisUrl: undefined,
      dataDir: resolve(".data"),
      sandboxDir: resolve(".data/sandbox"),
      oracle: { listed: ["simulated"], file: undefined, massive: undefined },
      market: {
        code: "NDX",
        name: "Nasdaq-100",
        symbol: "NDX",
        timezone: "America/New_York",
        feeBps: 100,
        minStake: 1n,
        maxStake: MAX_POOL,
        lockOffsetSeconds: 1,
        fetchDelayMinutes: 5,
        graceMinutes: 30,
        sources: ["simulated"],
      },
    });
  });

  test("hold for variables that are empty, as compose passes them", () => {
    expect(readConfig({ PORT: "", DATABASE_URL: " ", MAX_STAKE_MICRO_USDC: "" })).toEqual(
      readConfig({}),
    );
  });

  test("are those of .env.example", async () => {
    const example = await Bun.file(join(import.meta.dir, "../../../.env.example")).text();
    const service = example.slice(0, example.indexOf("--- A real chain"));
    const lines = [...service.matchAll(/^# ([A-Z_]+)=(.*)$/gm)];
    expect(lines.length).toBeGreaterThan(15);
    const taken = ["DATABASE_URL", "REDIS_URL", "ORACLE_FILE"];
    const env = Object.fromEntries(
      lines.flatMap(([, name = "", value = ""]) => (taken.includes(name) ? [] : [[name, value]])),
    );
    expect(readConfig(env)).toEqual(readConfig({}));
    for (const name of Object.keys(env)) {
      if (["HOST", "DATA_DIR", "MARKET_SYMBOL"].includes(name)) continue;
      expect(problemsOf({ [name]: "?!" }), `${name} is not read`).toHaveLength(1);
    }
  });
});

test("what is set counts", () => {
  const config = readConfig({
    NODE_ENV: "production",
    PORT: "0",
    DATABASE_URL: "postgres://u:p@db/closebell",
    REDIS_URL: "rediss://:p@redis",
    LOG_PRETTY: "1",
    MARKET: "SPX",
    FEE_BPS: "250",
    ORACLE: "file",
    ORACLE_FILE: "closes.csv",
    MAX_STAKE_MICRO_USDC: "5000000",
  });
  expect(config).toMatchObject({
    production: true,
    port: 0,
    databaseUrl: "postgres://u:p@db/closebell",
    redisUrl: "rediss://:p@redis",
    logPretty: true,
    oracle: { file: resolve("closes.csv") },
    market: {
      code: "SPX",
      name: "SPX",
      symbol: "SPX",
      feeBps: 250,
      maxStake: 5_000_000n,
      sources: ["file"],
    },
  });
});

describe("what is wrong", () => {
  test("is told all at once, a line each, without repeating a secret", () => {
    const problems = problemsOf({
      PORT: "80000",
      FEE_BPS: "1.5",
      TIMEZONE: "Mars/Olympus",
      DATABASE_URL: "mysql://user:hunter2@host/db",
      ORACLE: "file",
      MIN_STAKE_MICRO_USDC: "0",
    });
    const named = new Set(problems.map((line) => line.split(" ")[0]));
    const wrong = ["PORT", "FEE_BPS", "TIMEZONE", "DATABASE_URL", "MIN_STAKE_MICRO_USDC"];
    expect(named).toEqual(new Set([...wrong, "ORACLE_FILE"]));
    expect(problems.join()).not.toContain("hunter2");
    for (const line of problems) expect(line).not.toContain("\n");
  });

  test.each([
    ["FEE_BPS", "10001"],
    ["FEE_BPS", "-1"],
    ["FEE_BPS", "1e2"],
    ["SETTLE_GRACE_MIN", "1441"],
    ["CLOSE_FETCH_DELAY_MIN", "601"],
    ["MAX_STAKE_MICRO_USDC", String(2n ** 62n + 1n)],
    ["MARKET", "ndx"],
    ["TIMEZONE", "+05:00"],
    ["LOG_LEVEL", "loud"],
    ["REDIS_URL", "localhost:6379"],
    ["REDIS_URL", "redis://:50%@localhost"],
    ["DATABASE_URL", "postgres://closebell:50%@localhost/closebell"],
    ["MAIL_URL", "smtps://closebell:50%@localhost"],
  ])("%s=%s", (name, value) => {
    const [problem] = problemsOf({ [name]: value });
    expect(problem).toStartWith(`${name} must be `);
  });

  test("two limits the wrong way round", () => {
    const env = { MIN_STAKE_MICRO_USDC: "5", MAX_STAKE_MICRO_USDC: "4" };
    expect(problemsOf(env)).toHaveLength(1);
  });
});

describe("secrets in files", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "closebell-secrets-"));
    await writeFile(join(folder, "url"), "postgres://u:p@db/closebell\n");
    await writeFile(join(folder, "empty"), "\n");
  });
  afterAll(() => rm(folder, { recursive: true }));

  test("are read, without the newline", () => {
    expect(readConfig({ DATABASE_URL_FILE: join(folder, "url") }).databaseUrl).toBe(
      "postgres://u:p@db/closebell",
    );
  });

  test("must be there, hold something, and be the only one", () => {
    expect(problemsOf({ REDIS_URL_FILE: join(folder, "none") })).toEqual([
      "The file of REDIS_URL_FILE can't be read.",
    ]);
    expect(problemsOf({ DATABASE_URL_FILE: join(folder, "empty") })[0]).toEndWith("is empty.");
    expect(
      problemsOf({ DATABASE_URL: "postgres://a/b", DATABASE_URL_FILE: join(folder, "url") }),
    ).toEqual(["Set DATABASE_URL or DATABASE_URL_FILE, not both."]);
  });
});
