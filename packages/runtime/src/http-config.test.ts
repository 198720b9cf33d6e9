import { expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError } from "./config-error.ts";
import { readConfig } from "./read-config.ts";

const http = (env: Record<string, string> = {}) => readConfig(env).http;

const problemsOf = (env: Record<string, string>): readonly string[] => {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
};

const token = "t".repeat(24);

test("limits, proxies and sites are read as lists and numbers", () => {
  expect(http()).toMatchObject({ trustedProxies: [], corsOrigins: [], metrics: "open" });
  expect(
    http({
      RATE_LIMIT_BETS: "7",
      TRUSTED_PROXIES: "10.0.0.0/8, ::1,192.0.2.1",
      CORS_ORIGINS: "https://app.example.com, http://localhost:3000",
    }),
  ).toMatchObject({
    rateLimits: { bets: 7, "sign-in": 60 },
    trustedProxies: ["10.0.0.0/8", "::1", "192.0.2.1"],
    corsOrigins: ["https://app.example.com", "http://localhost:3000"],
  });
});

test.each([
  ["RATE_LIMIT_BETS", "0"],
  ["RATE_LIMIT_READS", "1000001"],
  ["TRUSTED_PROXIES", "10.0.0.0/33"],
  ["TRUSTED_PROXIES", "::1/129"],
  ["TRUSTED_PROXIES", "0.0.0.0/0"],
  ["TRUSTED_PROXIES", "10.0.0.1,::/0"],
  ["TRUSTED_PROXIES", "balancer"],
  ["TRUSTED_PROXIES", "10.0.0.1,"],
  ["CORS_ORIGINS", "https://app.example.com/"],
  ["CORS_ORIGINS", "app.example.com"],
  ["METRICS_TOKEN", "short"],
  ["METRICS_PORT", "65536"],
])("%s is refused as %p, without being repeated", (name, value) => {
  const problems = problemsOf({ [name]: value });
  expect(problems).toHaveLength(1);
  expect(problems[0]).toStartWith(`${name} must be`);
});

test("figures are open outside production; there only on a port of their own or to whoever has the token", async () => {
  const production = { NODE_ENV: "production" };
  expect(http(production).metrics).toBe("closed");
  expect(http({ ...production, METRICS_PORT: "9100" }).metrics).toEqual({ port: 9100 });
  expect(http({ ...production, METRICS_TOKEN: token }).metrics).toEqual({ token });
  expect(problemsOf({ METRICS_PORT: "1", METRICS_TOKEN: token })).toHaveLength(1);
  expect(problemsOf({ METRICS_PORT: "8000" })).toHaveLength(1);
  const folder = await mkdtemp(join(tmpdir(), "closebell-metrics-"));
  await writeFile(join(folder, "token"), `${token}\n`);
  expect(http({ METRICS_TOKEN_FILE: join(folder, "token") }).metrics).toEqual({ token });
  await rm(folder, { recursive: true });
});
