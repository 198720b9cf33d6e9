import { expect, test } from "bun:test";
import { resolve } from "node:path";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { createCli } from "./cli.ts";
import { COMMANDS } from "./commands/index.ts";
import { processTerminal } from "./output/terminal.ts";
import { createProgram, wordsOf } from "./program.ts";

const ROOT = resolve(import.meta.dir, "../../..");
const PAGES = ["README.md", "OPERATING_MANUAL.md", "docs/**/*.md", "infra/**/*.md"];

const terminal = processTerminal();
const program = createProgram(terminal);
const { signal } = new AbortController();
const cli = createCli({ terminal, signal, globals: () => ({}), command: () => "" });
for (const add of COMMANDS) add(program, cli);

/** The command that a line begins with, as far as its words name one. */
const commandOf = (line: string): CommandUnknownOpts => {
  let command: CommandUnknownOpts = program;
  for (const word of line.split(/\s+/)) {
    const next = command.commands.find((each) => each.name() === word);
    if (next === undefined) break;
    command = next;
  }
  return command;
};

/** Long options of a command, and of what runs where none of its own commands is named. */
const flagsOf = (command: CommandUnknownOpts): readonly string[] =>
  [command, ...command.commands].flatMap(({ options }) =>
    options.flatMap(({ long }) => long ?? []),
  );

test("the command lines that people are told to run name commands there are, with options these have", async () => {
  let lines = 0;
  for (const pattern of PAGES) {
    for await (const page of new Bun.Glob(pattern).scan({ cwd: ROOT })) {
      const text = await Bun.file(`${ROOT}/${page}`).text();
      for (const [, line = ""] of text.matchAll(/(?:bun run|--rm) admin ([a-z][^\n`#]*)/g)) {
        const command = commandOf(line);
        const known = new Set([...flagsOf(command), ...flagsOf(program), "--help"]);
        const named = [...line.matchAll(/(?<=\s)--[a-z-]+/g)].map(([flag]) => flag);
        const unknown = named.filter((flag) => !known.has(flag));
        expect({ page, line, command: wordsOf(command), unknown }).toEqual({
          page,
          line,
          command: expect.stringMatching(/./),
          unknown: [],
        });
        lines += 1;
      }
    }
  }
  expect(lines).toBeGreaterThan(100);
});
