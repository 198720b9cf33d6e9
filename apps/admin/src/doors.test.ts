import { expect, test } from "bun:test";
import { ROLE_PERMISSIONS, STAFF_ROLES } from "@closebell/identity";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { createCli } from "./cli.ts";
import { COMMANDS } from "./commands/index.ts";
import { doorOf, DOORS } from "./doors.ts";
import type { Terminal } from "./output/terminal.ts";
import { createProgram, wordsOf } from "./program.ts";

const terminal: Terminal = {
  data: () => undefined,
  talk: () => undefined,
  live: false,
  width: 80,
  progress: () => undefined,
  ask: () => Promise.resolve(undefined),
  piped: () => Promise.resolve(undefined),
  bold: (text) => text,
};

const program = createProgram(terminal);
const { signal } = new AbortController();
const cli = createCli({ terminal, signal, globals: () => ({}), command: () => "" });
for (const add of COMMANDS) add(program, cli);

const below = (command: CommandUnknownOpts): readonly CommandUnknownOpts[] =>
  command.commands.flatMap((each) => [each, ...below(each)]);

/** Groups that do something themselves when no command of theirs is named. */
const ALSO_COMMANDS = ["audit", "markets"];

const all = below(program).filter(
  (command) => command.commands.length === 0 || ALSO_COMMANDS.includes(wordsOf(command)),
);

test("every command names its door, and the table names no other command", () => {
  expect(Object.keys(DOORS).toSorted()).toEqual(all.map(wordsOf).toSorted());
  expect(all.length).toBeGreaterThan(50);
});

test("what is in no table runs for nobody", () => {
  expect(() => doorOf("")).toThrow("not in the table");
  expect(() => doorOf("rounds open")).toThrow("not in the table");
});

test("the commands that ask nobody who they are are these, and no others", () => {
  const open = Object.keys(DOORS).filter((command) => doorOf(command) === undefined);
  expect(open.toSorted()).toEqual(
    [
      "backup",
      "chain keys",
      "login",
      "migrate",
      "replay",
      "restore",
      "staff claim",
      "staff first-admin",
    ].toSorted(),
  );
});

test("who runs what, role by role", () => {
  const runs = Object.fromEntries(
    STAFF_ROLES.map((role) => {
      const may = new Set<string>(ROLE_PERMISSIONS[role]);
      const commands = Object.keys(DOORS).filter((command) => {
        const door = doorOf(command);
        return door !== undefined && (door.needs === undefined || may.has(door.needs));
      });
      return [role, commands];
    }),
  );
  const changing = (role: string) =>
    (runs[role] ?? []).filter((command) => doorOf(command)?.changes === true);
  expect(changing("support")).toEqual([]);
  expect(changing("operator")).not.toContain("correct");
  expect(changing("operator")).toContain("settle-round");
  expect(changing("treasurer")).not.toContain("settle-round");
  expect(changing("treasurer")).toContain("chain withdrawals approve");
  expect(changing("admin")).not.toContain("settle-round");
  expect(changing("admin")).not.toContain("correct");
  expect(changing("admin")).toContain("staff add");
});
