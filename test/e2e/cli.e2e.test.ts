import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { emptyDatabase } from "../../packages/database/src/testing/index.ts";
import { askTwo, type Crew, crewOn } from "./crew.ts";
import { askAdminHere as askAdmin, runAdminHere as runAdmin } from "./run-admin-here.ts";
import { at, balanceOf, openRound, refused, runAdmin as runProcess, textAt } from "./run-admin.ts";

setDefaultTimeout(180_000);

const WHY = ["--reason", "as the test says"] as const;
const UNKNOWN = "01900000-0000-7000-8000-000000000009";

describe("by hand, on a database that no service runs on", () => {
  let database: Awaited<ReturnType<typeof emptyDatabase>>;
  let env: Readonly<Record<string, string>> = {};
  let crew: Crew = { operator: {}, second: {} };
  let user = "";

  beforeAll(async () => {
    database = await emptyDatabase();
    const nobody = { DATABASE_URL: database.url };
    refused(await runAdmin(nobody, "tvl"), 3, "bun run admin migrate");
    const made = await askAdmin(nobody, "migrate", "--sandbox", "--now", "2026-11-20T12:00:00Z");
    expect(made).toMatchObject({ sandbox: true });
    crew = await crewOn(nobody);
    env = crew.operator;
    await askAdmin(env, "advance");
    user = textAt(await askAdmin(env, "seed", "--users", "1"), "items", 0, "userId");
  });

  afterAll(() => database[Symbol.asyncDispose]());

  test("migrating again has nothing to do; real time never becomes a sandbox, nor back", async () => {
    const again = await askAdmin(env, "migrate");
    expect(again).toEqual({ applied: [], sandbox: true });
    await using real = await emptyDatabase();
    const url = { DATABASE_URL: real.url };
    expect(await askAdmin(url, "migrate")).toMatchObject({ sandbox: false });
    refused(await runAdmin(url, "migrate", "--sandbox"), 1, "SANDBOX_ONLY");
    const realCrew = await crewOn(url);
    const realEnv = realCrew.operator;
    refused(await runAdmin(realEnv, "clock", "advance", "1h", ...WHY), 1, "SANDBOX_ONLY");
    refused(await runAdmin(env, "migrate", "--now", "2026-11-20T12:00:00Z"), 2, "--sandbox");
    const early = ["settle-round", "--result", "UP", "--reason", "the tape"];
    await askAdmin(realEnv, "advance");
    const open = textAt(await openRound(realEnv, askAdmin), "code");
    await askTwo(realCrew, ["lock-round", "--code", open, ...WHY], runAdmin);
    refused(await runAdmin(realEnv, ...early, "--code", open), 1, "ROUND_NOT_CLOSED");
  });

  test("rounds opened, paused, held, locked and settled by hand; each thing once", async () => {
    const code = ["--code", "20261201"];
    expect(await askAdmin(env, "open-round", ...code)).toMatchObject({ state: "OPEN" });
    refused(await runAdmin(env, "open-round", ...code, ...WHY), 1, "ROUND_EXISTS");
    const bet = ["bet", "--user", user, "--side", "UP", "--amount", "1", ...code, ...WHY];
    expect(await askAdmin(env, "pause", ...code)).toMatchObject({ paused: true });
    refused(await runAdmin(env, ...bet), 1, "ROUND_PAUSED");
    expect(await askAdmin(env, "resume", ...code)).toMatchObject({ paused: false });
    expect(await askAdmin(env, ...bet)).toMatchObject({ state: "PLACED" });
    const settle = ["settle-round", ...code, "--reason", "the tape", "--result"];
    refused(await runAdmin(env, ...settle, "UP"), 1, "Lock it first");
    const lock = ["lock-round", ...code, ...WHY];
    expect(await askTwo(crew, lock, runAdmin)).toMatchObject({ state: "LOCKED" });
    refused(await runAdmin(env, ...lock), 1, "ROUND_STATE_CONFLICT");
    refused(await runAdmin(env, ...bet), 1, "ROUND_NOT_OPEN");
    refused(await runAdmin(env, "hold", ...code), 2, "--reason");
    const hold = await askAdmin(env, "hold", ...code, "--reason", "the price looks wrong");
    expect(hold).toMatchObject({ heldReason: "OPERATOR" });
    expect(await askAdmin(env, "release", ...code)).toMatchObject({ heldReason: null });
    refused(
      await runAdmin(env, "settle-round", ...code, "--result", "AUTO", ...WHY),
      1,
      "before 2026-12-01",
    );
    refused(await runAdmin(env, "settle-round", ...code, "--result", "UP"), 2, "--reason");
    const settled = await askTwo(crew, [...settle, "UP"], runAdmin);
    expect(settled).toMatchObject({ state: "SETTLED", outcome: "UP" });
    for (const result of ["UP", "VOID", "AUTO"]) {
      refused(await runAdmin(env, ...settle, result), 1, "outcome is fixed");
    }
    refused(await runAdmin(env, "hold", ...code, "--reason", "late"), 1, "ROUND_STATE_CONFLICT");
  });

  test("whatever is changed is on record: by whom, and why", async () => {
    const code = textAt(await openRound(env, askAdmin), "code");
    const whose = ["--user", user];
    const commands: readonly (readonly [string, ...string[]])[] = [
      ["seed", "--users", "1"],
      ["bet", ...whose, "--side", "UP", "--amount", "1"],
      ["deposit", ...whose, "--amount", "2"],
      ["withdraw", ...whose, "--amount", "1"],
      ["advance"],
      ["pause", "--code", code],
      ["resume", "--code", code],
      ["block", ...whose],
      ["unblock", ...whose],
      ["chain", "pause"],
      ["chain", "resume"],
      ["chain", "scan"],
      ["markets", "set", "--audit-sources", "none"],
      ["clock", "advance", "1m"],
      ["staff", "add", "eve", "--roles", "support", "--email", "eve@example.com"],
      ["staff", "invite", "eve"],
      ["staff", "grant", "eve", "--role", "operator"],
      ["staff", "revoke", "eve", "--role", "operator"],
      ["staff", "reset-second-factor", "eve"],
      ["keys", "rotate"],
    ];
    const secret = { ...env, AUTH_SECRET: "0123456789abcdef".repeat(4) };
    const why = (command: readonly string[]) => `because of ${command.join(" ")}`;
    for (const command of commands) {
      const run = await runAdmin(secret, ...command, "--reason", why(command));
      expect([command, run.code, run.stderr]).toEqual([command, 0, expect.anything()]);
    }
    const log = at(await askAdmin(env, "audit", "log", "--limit", "200"), "items");
    const rows: readonly unknown[] = Array.isArray(log) ? log : [];
    const who = (command: readonly string[]) =>
      at(
        rows.find((row) => at(row, "reason") === why(command)),
        "actorName",
      );
    expect(commands.map((command) => [command, who(command)])).toEqual(
      commands.map((command) => [command, "operator"]),
    );
    const reasons = new Set<unknown>(commands.map(why));
    const acting = rows.filter(
      (row) => at(row, "action") === "user.acted-for" && reasons.has(at(row, "reason")),
    );
    expect(acting.length).toBeGreaterThanOrEqual(3);
    expect(new Set(acting.map((row) => at(row, "subject")))).toEqual(new Set([`user/${user}`]));
  });

  test("a session closed early and one cancelled, once announced", async () => {
    const early = ["calendar", "close-at", "--date", "2026-12-08", "--time", "13:00"];
    refused(await runAdmin(env, ...early), 2, "--reason");
    const told = await askTwo(crew, [...early, "--reason", "day of mourning"], runAdmin);
    expect(at(told, "items", 0)).toMatchObject({
      kind: "early",
      closesAt: "2026-12-08T18:00:00Z",
      exception: true,
    });
    await askTwo(
      crew,
      ["calendar", "cancel", "--date", "2026-12-09", "--reason", "storm"],
      runAdmin,
    );
    const week = ["calendar", "list", "--from", "2026-12-07", "--to", "2026-12-11"];
    const days = at(await askAdmin(env, ...week), "items");
    expect(Array.isArray(days) && days.map((day) => at(day, "kind"))).toEqual([
      "regular",
      "early",
      "closed",
      "regular",
      "regular",
    ]);
    const cancelled = await runAdmin(env, "open-round", "--code", "20261209", ...WHY);
    refused(cancelled, 1, "NOT_A_SESSION");
    const holiday = ["calendar", "cancel", "--date", "2026-12-25", "--reason", "x"];
    refused(await runAdmin(env, ...holiday), 1, "NOT_A_SESSION");
    const later = ["calendar", "close-at", "--date", "2026-12-10", "--time", "17:00"];
    refused(await runAdmin(env, ...later, "--reason", "x"), 1, "CALENDAR_EXCEPTION_INVALID");
  });

  test("a transfer is corrected by another one, and the log says who and why", async () => {
    const other = textAt(await askAdmin(env, "seed", "--users", "1"), "items", 0, "userId");
    const deposit = await askAdmin(env, "deposit", "--user", other, "--amount", "30");
    const wrong = [
      "correct",
      "--transfer",
      `deposit/${textAt(deposit, "id")}`,
      "--period",
      "202611",
    ];
    refused(await runAdmin(env, ...wrong, "--amount", "10"), 2, "--reason");
    const why = ["--reason", "30 typed for 20"];
    expect(await askTwo(crew, [...wrong, "--amount", "10", ...why], runAdmin)).toMatchObject({
      amountMicroUsdc: "10000000",
    });
    refused(await runAdmin(env, ...wrong, "--amount", "25", ...why), 1, "TRANSFER_CONFLICT");
    expect(await balanceOf(env, other, askAdmin)).toMatchObject({
      availableMicroUsdc: "1020000000",
    });
  });

  test("what a command refuses: who, where, how much", async () => {
    const bet = ["bet", "--side", "UP", ...WHY, "--user"];
    const withdraw = ["withdraw", "--user", user, ...WHY, "--amount"];
    const open = ["open-round", ...WHY, "--code"];
    const cases: readonly (readonly [readonly string[], string])[] = [
      [[...bet, UNKNOWN, "--amount", "1"], "USER_NOT_FOUND"],
      [[...bet, "bob", "--amount", "1"], "USER_NOT_FOUND"],
      [[...bet, user, "--amount", "5000"], "INSUFFICIENT_FUNDS"],
      [[...bet, user, "--amount", "1", "--code", "20261126"], "ROUND_NOT_FOUND"],
      [[...bet, user, "--amount", "1", "--market", "XYZ"], "MARKET_NOT_FOUND"],
      [["deposit", "--user", UNKNOWN, "--amount", "1", ...WHY], "USER_NOT_FOUND"],
      [[...withdraw, "5000"], "INSUFFICIENT_FUNDS"],
      [[...withdraw, "1", "--to", "x"], "ADDRESS_INVALID"],
      [["statement", "--account", "user/x/available"], "ACCOUNT_NOT_FOUND"],
      [["rounds", "--cursor", "zzz"], "CURSOR_INVALID"],
      [[...open, "20261126"], "NOT_A_SESSION"],
      [[...open, "tomorrow"], "NOT_A_SESSION"],
      [[...open, "20401126"], "BEYOND_CALENDAR"],
      [["clock", "set", "2026-01-01T00:00:00Z", ...WHY], "CLOCK_BACKWARDS"],
    ];
    for (const [args, said] of cases) refused(await runAdmin(env, ...args), 1, said);
    expect(await balanceOf(env, user, askAdmin)).toMatchObject({ withdrawingMicroUsdc: "0" });
    expect(await askAdmin(env, "audit")).toMatchObject({ ok: true });
  });

  test("people read tables; errors with --json are JSON on stderr; nothing is coloured", async () => {
    const rounds = await runProcess({ ...env, TERM: "xterm-256color" }, "rounds", "--limit", "1");
    expect(rounds.stdout).toMatch(/^MARKET {2}CODE {6}STATE .*\nNDX {5}\d{8} {2}/);
    expect(rounds.stdout).toContain("More: add --cursor ");
    expect(rounds.stdout).not.toContain("\u001B");
    const audit = await runProcess(env, "audit");
    expect(audit).toMatchObject({ code: 0, stderr: "" });
    expect(audit.stdout).toEndWith("The books balance.\n");
    for (const command of [
      "users",
      "markets",
      "tvl",
      "trial-balance",
      "audit log",
      "clock",
      "advance",
    ]) {
      const { code, stdout } = await runAdmin(env, ...command.split(" "), ...WHY);
      expect([command, code]).toEqual([command, 0]);
      expect(stdout.trim()).not.toBe("");
    }
    const failed = await runAdmin(env, "statement", "--account", "nobody/1", "--json");
    expect(failed).toMatchObject({ code: 1, stdout: "" });
    const told: unknown = JSON.parse(failed.stderr);
    expect(told).toMatchObject({ error: { code: "ACCOUNT_NOT_FOUND" } });
  });
});

describe("without a database", () => {
  test("no arguments: help with examples, and what the exit codes mean", async () => {
    const { code, stdout, stderr } = await runProcess({});
    expect([code, stderr]).toEqual([0, ""]);
    for (const text of ["settle-round", "Examples:", "Exit codes:", "replay"]) {
      expect(stdout).toContain(text);
    }
    const help = await runAdmin({}, "settle-round", "--help");
    expect(help.code).toBe(0);
    expect(help.stdout).toContain('"AUTO"');
    expect(help.stdout).toContain("--reason");
  });

  test("a command line that makes no sense ends with 2 and says why", async () => {
    const bet = ["bet", "--user", UNKNOWN, "--side", "UP"];
    const cases: readonly (readonly [readonly string[], string])[] = [
      [["settel-round"], "unknown command"],
      [["tvl", "--verbose"], "unknown option"],
      [["open-round"], "--code"],
      [["settle-round", "--code", "20261120", "--result", "LEFT"], "Allowed choices"],
      [["bet", "--user", UNKNOWN, "--side", "up", "--amount", "1"], "Allowed choices"],
      [bet, "Say how much"],
      [[...bet, "--amount", "0"], "at least 0.000001"],
      [[...bet, "--amount", "-1"], "not an amount"],
      [[...bet, "--amount", "1.0000001"], "not an amount"],
      [[...bet, "--amount", "9223372036854775808"], "not an amount"],
      [[...bet, "--amount-micro", "1.5"], "not an amount"],
      [[...bet, "--amount", "1", "--amount-micro", "1"], "not both"],
      [["seed", "--users", "0"], "whole number"],
      [["clock", "advance", "soon"], "how long"],
      [["rounds", "--limit", "1001"], "whole number"],
    ];
    for (const [args, said] of cases) refused(await runAdmin({}, ...args), 2, said);
  });

  test("a database that can't be reached ends with 3, a wrong environment with 2", async () => {
    const gone = { DATABASE_URL: "postgres://u:hunter2@127.0.0.1:1/closebell" };
    const run = await runProcess(gone, "tvl");
    refused(run, 3, "DATABASE_UNAVAILABLE");
    expect(run.stderr).not.toContain("hunter2");
    expect(run.stderr.trim().split("\n")).toHaveLength(1);
    refused(await runAdmin({ FEE_BPS: "ten" }, "tvl"), 2, "FEE_BPS must be");
  });
});
