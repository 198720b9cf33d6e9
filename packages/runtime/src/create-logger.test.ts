import { describe, expect, test } from "bun:test";
import { DomainError } from "@closebell/context";
import { createLogger } from "./create-logger.ts";

const recorder = (logLevel: "info" | "debug" = "info") => {
  const lines: string[] = [];
  const log = createLogger({
    logLevel,
    logPretty: false,
    name: "test",
    write: (line) => void lines.push(line),
  });
  const last = (): unknown => JSON.parse(lines.at(-1) ?? "");
  return { log, lines, last };
};

test("a line is one JSON object, amounts are strings, times RFC 3339", () => {
  const { log, lines, last } = recorder();
  log.info(
    { stakeMicroUsdc: 2n ** 62n, at: Temporal.Instant.from("2026-11-23T21:00:00Z"), n: [1n] },
    "bet placed",
  );
  expect(last()).toMatchObject({
    level: "info",
    name: "test",
    msg: "bet placed",
    stakeMicroUsdc: "4611686018427387904",
    at: "2026-11-23T21:00:00Z",
    n: ["1"],
  });
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/"time":"\d{4}-\d\d-\d\dT/);
});

test("levels below the one asked for say nothing", () => {
  const quiet = recorder("info");
  quiet.log.debug({}, "detail");
  expect(quiet.lines).toEqual([]);
  const loud = recorder("debug");
  loud.log.debug({}, "detail");
  loud.log.warn({}, "warning");
  loud.log.error({}, "failure");
  expect(loud.lines).toHaveLength(3);
});

describe("an error", () => {
  test("is written whole: type, code, message, stack and causes", () => {
    const { log, last } = recorder();
    const cause = new Error("connection lost");
    log.error({ err: new DomainError("INTERNAL", "no luck", { cause }) }, "failed");
    expect(last()).toMatchObject({
      err: {
        type: "DomainError",
        code: "INTERNAL",
        message: "no luck",
        stack: expect.stringContaining("DomainError"),
        cause: { type: "Error", message: "connection lost" },
      },
    });
  });

  test("that is its own cause ends somewhere", () => {
    const { log, lines } = recorder();
    const error = new Error("round and round");
    error.cause = error;
    log.error({ err: error }, "failed");
    expect(lines).toHaveLength(1);
  });
});

test("no password gets through: in a URL, in an error, in a field of that name, in the message", () => {
  const { log, lines } = recorder();
  log.error(
    {
      url: "postgres://closebell:hunter2@db:5432/closebell",
      nested: { REDIS: "redis://:hunter2@redis", password: "hunter2" },
      headers: { authorization: "Bearer hunter2" },
      err: new Error("can't reach postgres://u:hunter2@db/x"),
    },
    "can't reach redis://:hunter2@redis",
  );
  expect(lines.join()).not.toContain("hunter2");
  expect(lines.join()).toContain("postgres://closebell:***@db:5432/closebell");
});

test("a node's URL is logged without the key it holds", () => {
  const { log, lines } = recorder();
  const key = "a1B2c3D4e5F6a7B8c9D0e1F2";
  log.warn({ err: new Error(`fetch of https://node.example/v2/${key}?apikey=k1&x=2 failed`) }, "x");
  log.warn({ at: `wss://node.example/${key}` }, "x");
  expect(lines.join()).not.toContain(key);
  expect(lines.join()).not.toContain("k1");
  expect(lines.join()).toContain("https://node.example/v2/***?apikey=***&x=2 failed");
});

test.each([
  `cb_live_${"a".repeat(22)}_${"B1".repeat(21)}c`,
  `cb_test_${"a".repeat(22)}_${"B1".repeat(21)}c`,
  "cb_refresh_0123456789abcdef_-",
  "cb_mail_0123456789abcdef",
  "cb_claim_0123456789abcdef",
  "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxIn0x.c2lnbmF0dXJl",
])("a credential of ours (%s) is in no message, field or error", (credential) => {
  const { log, lines } = recorder();
  log.info({ said: `Authorization: Bearer ${credential}` }, `got ${credential}`);
  log.error({ err: new Error(`bad ${credential}`, { cause: credential }) }, "refused");
  expect(lines.join("")).toContain("***");
  expect(lines.join("")).not.toContain(credential);
});

test("a field that is called a secret is not written, whatever is in it", () => {
  const { log, last } = recorder();
  const names = ["accessToken", "apiKey", "api_key", "privateKey", "totp", "recoveryCodes"];
  log.info(Object.fromEntries(names.map((name) => [name, "s3"])), "made");
  for (const name of names) expect(last()).toMatchObject({ [name]: "***" });
  log.info({ header: "Basic dXNlcjpwYXNzd29yZA==", key: "an-idempotency-key" }, "asked");
  expect(last()).toMatchObject({ header: "Basic ***", key: "an-idempotency-key" });
});
