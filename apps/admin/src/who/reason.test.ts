import { expect, test } from "bun:test";
import type { Terminal } from "../output/terminal.ts";
import { UsageError } from "../output/usage-error.ts";
import { reasonFor } from "./reason.ts";

const terminal = (answer: string | undefined): Terminal & { readonly asked: string[] } => {
  const asked: string[] = [];
  return {
    asked,
    live: answer !== undefined,
    width: 80,
    data: () => undefined,
    talk: () => undefined,
    progress: () => undefined,
    ask: (question) => {
      asked.push(question);
      return Promise.resolve(answer);
    },
    piped: () => Promise.resolve(undefined),
    bold: (text) => text,
  };
};

test("the command line's reason counts, and nobody is asked", async () => {
  const sitting = terminal("because");
  expect(await reasonFor(" case 7 ", sitting)).toBe("case 7");
  expect(sitting.asked).toEqual([]);
});

test("whoever sits at the terminal is asked where the command line says none", async () => {
  const sitting = terminal(" case 8 ");
  expect(await reasonFor(undefined, sitting)).toBe("case 8");
  expect(sitting.asked).toEqual(["Why? "]);
});

test.each([
  [undefined, undefined],
  [undefined, "  "],
  ["", "because"],
  [" ", undefined],
])("without one, or with an empty one, nothing runs: %j, %j", async (given, answer) => {
  const attempt = reasonFor(given, terminal(answer));
  expect(await attempt.catch((error: unknown) => error)).toBeInstanceOf(UsageError);
});
