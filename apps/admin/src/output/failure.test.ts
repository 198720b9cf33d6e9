import { describe, expect, test } from "bun:test";
import { DomainError } from "@closebell/context";
import { ConfigError } from "@closebell/runtime";
import { failureOf, failureText, Interrupted } from "./failure.ts";
import { UsageError } from "./usage-error.ts";

const quiet = { debug: false };

describe("failureOf", () => {
  test.each([
    ["ROUND_EXISTS", 1, new DomainError("ROUND_EXISTS", "It is open.")],
    ["USAGE", 2, new UsageError("Say how much.")],
    ["CONFIGURATION", 2, new ConfigError(["PORT must be a number."])],
    ["DATABASE_UNAVAILABLE", 3, new DomainError("DATABASE_UNAVAILABLE", "Start it.")],
    ["OVERLOADED", 3, new DomainError("OVERLOADED", "Later.")],
    ["INTERNAL", 3, new TypeError("x is undefined")],
    ["INTERRUPTED", 130, new Interrupted()],
  ])("%s ends with %i", (code, exitCode, error) => {
    const failure: { readonly exitCode: number; readonly code: string } = failureOf(error, quiet);
    expect([failure.code, failure.exitCode]).toEqual([code, exitCode]);
  });

  test("shows a stack only where it is asked for, and never a password", () => {
    const error = new Error("lost postgres://u:hunter2@host/db");
    const said = failureOf(error, quiet).message;
    expect(said.split("\n")).toHaveLength(1);
    expect(said).toContain("LOG_LEVEL=debug");
    expect(said).not.toContain("hunter2");
    const detailed = failureOf(error, { debug: true }).message;
    expect(detailed).toContain("failure.test.ts");
    expect(detailed).not.toContain("hunter2");
    const refusal = new DomainError("ROUND_EXISTS", "postgres://u:hunter2@host/db is open.");
    const traced = failureOf(refusal, { debug: true }).message;
    expect(traced).toContain("failure.test.ts");
    expect(traced).not.toContain("hunter2");
  });

  test("names a statement that failed, without its parameters", () => {
    const error = new Error("Failed query: select $1\nparams: ada@example.com");
    for (const debug of [true, false]) {
      const said = failureOf(error, { debug }).message;
      expect(said).toStartWith("Error: Failed query: select $1");
      expect(said).not.toContain("ada@");
    }
  });
});

test("is told as a line for people or as JSON", () => {
  const failure = failureOf(new UsageError("Say how much."), quiet);
  expect(failureText(failure, false)).toBe("USAGE: Say how much.");
  expect(JSON.parse(failureText(failure, true))).toEqual({
    error: { code: "USAGE", message: "Say how much." },
  });
});
