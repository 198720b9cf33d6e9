import { expect, test } from "bun:test";
import { type By, type Logger, randomIds } from "@closebell/context";
import { createPassBell } from "./pass.ts";

const scene = (outcomes: readonly (string | undefined)[]) => {
  const lines: string[] = [];
  const failed: string[] = [];
  const done: string[] = [];
  const seen: By[] = [];
  const write = (_fields: object, message: string) => void lines.push(message);
  const log: Logger = { debug: write, info: write, warn: write, error: write };
  let n = 0;
  const bell = createPassBell(
    {
      log,
      ids: randomIds,
      failed: (name) => void failed.push(name),
      watch: (name) => ({ done: () => void done.push(name) }),
    },
    {
      name: "rounds",
      work(by) {
        seen.push(by);
        const problem = outcomes[n++];
        return problem === undefined ? Promise.resolve() : Promise.reject(new Error(problem));
      },
    },
  );
  const ring = async () => {
    for (const _ of outcomes) await bell.ring().catch(() => undefined);
  };
  return { ring, lines, failed, done, seen };
};

test("a failure is told once per change, and so is that it works again", async () => {
  const { ring, lines, failed } = scene(["down", "down", "down", "worse", undefined, undefined]);
  await ring();
  expect(lines).toEqual(["rounds: down", "rounds: worse", "rounds: works again"]);
  expect(failed).toEqual(["rounds"]);
});

test("that it got through is told each time, however long it had failed", async () => {
  const { ring, done } = scene([undefined, "down", "down", undefined, undefined]);
  expect(done).toEqual([]);
  await ring();
  expect(done).toEqual(["rounds", "rounds", "rounds"]);
});

test("each run is a request of its own, by the scheduler", async () => {
  const { ring, seen } = scene([undefined, undefined]);
  await ring();
  expect(seen.map(({ actor }) => actor.name)).toEqual(["scheduler", "scheduler"]);
  expect(new Set(seen.map(({ requestId }) => requestId)).size).toBe(2);
});
