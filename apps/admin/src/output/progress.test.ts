import { expect, test } from "bun:test";
import { createProgress, progressLine } from "./progress.ts";
import type { Terminal } from "./terminal.ts";

const fakeTerminal = (live: boolean): Terminal & { readonly shown: string[] } => {
  const shown: string[] = [];
  return {
    shown,
    live,
    width: 60,
    data: () => undefined,
    talk: () => undefined,
    ask: () => Promise.resolve(undefined),
    piped: () => Promise.resolve(undefined),
    progress: (text) => void shown.push(text),
    bold: (text) => text,
  };
};

test("the line says how far, how fast and how long still", () => {
  expect(progressLine("rounds", { done: 50, total: 200, seconds: 5 })).toBe(
    "rounds [######------------------] 50/200  10.0/s  0:15 left",
  );
  expect(progressLine("rounds", { done: 0, total: 200, seconds: 0 })).toEndWith(
    " 0/200  0.0/s  ? left",
  );
  expect(progressLine("rounds", { done: 1, total: 1, seconds: 1 })).toContain(
    "[########################]",
  );
});

test("on a terminal it is written at most ten times a second, and at the end", () => {
  let now = 0;
  const terminal = fakeTerminal(true);
  const progress = createProgress(terminal, "rounds", () => now);
  for (let done = 1; done <= 20; done += 1) {
    now += 10;
    progress.update(done, 20);
  }
  progress.end();
  expect(terminal.shown).toHaveLength(4);
  expect(terminal.shown.at(-2)).toContain("20/20");
  expect(terminal.shown.at(-1)).toBe("");
  expect(terminal.shown.every((line) => line.length < 60)).toBe(true);
});

test("elsewhere it says nothing", () => {
  const terminal = fakeTerminal(false);
  const progress = createProgress(terminal, "rounds");
  progress.update(1, 2);
  expect(terminal.shown).toEqual([]);
});
