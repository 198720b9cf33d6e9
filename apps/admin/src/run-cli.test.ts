import { describe, expect, test } from "bun:test";
import { DOORS } from "./doors.ts";
import { runCli } from "./run-cli.ts";

const run = async (...args: readonly string[]) => {
  const said = { stdout: "", stderr: "" };
  const terminal = {
    data: (text: string) => void (said.stdout += text),
    talk: (text: string) => void (said.stderr += text),
    live: false,
    width: 80,
    progress: () => undefined,
    ask: () => Promise.resolve(undefined),
    piped: () => Promise.resolve(undefined),
    bold: (text: string) => text,
  };
  return { code: await runCli(args, { terminal }), ...said };
};

const COMMANDS = Object.keys(DOORS).map((command) => command.split(" "));
const GROUPS = COMMANDS.flatMap((words) => words.slice(1).map((_, at) => words.slice(0, at + 1)));

test("every command and every group has help", async () => {
  expect(GROUPS.length).toBeGreaterThan(10);
  for (const words of [[], ...GROUPS, ...COMMANDS]) {
    const { code, stdout, stderr } = await run(...words, "--help");
    expect([words, code, stderr]).toEqual([words, 0, ""]);
    expect(stdout).toStartWith(["Usage: admin", ...words].join(" "));
  }
});

describe("a command line that can't be read ends with 2", () => {
  const cases: readonly (readonly [args: readonly string[], says: string])[] = [
    [["nonsense"], "unknown command 'nonsense'"],
    [["rounds", "--cod", "3"], "unknown option '--cod' (Did you mean --code?)"],
    [["open-round"], "required option '--code"],
    [["audit", "export", "--stream", "money"], "Allowed choices are audit, transfer."],
    [["approvals"], "Name a command."],
  ];

  test.each(cases)("as JSON where JSON is asked for: %j", async (args, says) => {
    for (const line of [
      ["--json", ...args],
      [...args, "--json"],
    ]) {
      const { code, stdout, stderr } = await run(...line);
      expect([code, stdout]).toEqual([2, ""]);
      const message = expect.stringContaining(says);
      expect(JSON.parse(stderr)).toEqual({ error: { code: "USAGE", message } });
    }
  });

  test("in words for people", async () => {
    const { code, stderr } = await run("nonsense");
    expect(code).toBe(2);
    expect(stderr).toBe("error: unknown command 'nonsense'Add --help for what this command takes.");
  });
});
