import { expect, test } from "bun:test";
import type { Logger } from "@closebell/context";
import { changesOnly } from "./changes-only.ts";

const recorder = () => {
  const lines: string[] = [];
  const write = (level: string) => (fields: object, message: string) =>
    void lines.push(`${level} ${message} ${Object.keys(fields).join()}`);
  const log: Logger = {
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
  };
  return { log, lines };
};

test("what the run before said already is not said again, whatever request it was", () => {
  const { log, lines } = recorder();
  const quiet = changesOnly(log);
  for (const requestId of ["a", "b", "c"]) {
    quiet.error({ err: new Error("down"), requestId }, "chain problem");
    quiet.error({ err: new Error("down"), requestId }, "chain problem");
    quiet.info({}, "round opened");
    quiet.runEnded();
  }
  expect(lines.filter((line) => line.startsWith("error"))).toHaveLength(1);
  expect(lines.filter((line) => line.startsWith("info"))).toHaveLength(3);
});

test("a change is said: another error, an amount, and the same error after it was gone", () => {
  const { log, lines } = recorder();
  const quiet = changesOnly(log);
  const run = (fields?: object) => {
    if (fields !== undefined) quiet.warn(fields, "off");
    quiet.runEnded();
  };
  run({ by: 5n });
  run({ by: 6n });
  run({ err: new Error("a") });
  run({ err: new Error("b") });
  expect(lines).toHaveLength(4);
  run();
  run({ err: new Error("b") });
  expect(lines).toHaveLength(5);
});
