import { expect, test } from "bun:test";
import { PassThrough } from "node:stream";
import { text as textOf } from "node:stream/consumers";
import { askLine } from "./ask-line.ts";
import { Interrupted } from "./failure.ts";

const ask = async (typed: string, secret = false) => {
  const [stdin, stderr] = [new PassThrough(), new PassThrough()];
  const asked = askLine({ stdin, stderr }, "Why? ", { secret });
  stdin.write(typed);
  const answer = await asked.catch((error: unknown) => error);
  return { answer, shown: await textOf(stderr.end()) };
};

test("a line is the answer, and is shown unless it is secret", async () => {
  expect(await ask("case 7\r")).toEqual({
    answer: "case 7",
    shown: expect.stringContaining("case 7"),
  });
  expect(await ask("cb_live_7\r", true)).toEqual({ answer: "cb_live_7", shown: "Why? \n" });
});

test("Ctrl-C stops the command", async () => {
  expect((await ask("case\u0003")).answer).toBeInstanceOf(Interrupted);
});

test("Ctrl-D is no answer, and what comes next begins a line of its own", async () => {
  const { answer, shown } = await ask("\u0004");
  expect(answer).toBeUndefined();
  expect(shown).toEndWith("\n");
});
