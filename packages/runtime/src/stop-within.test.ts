import { expect, test } from "bun:test";
import type { Logger } from "@closebell/context";
import { silentLogger } from "@closebell/context/testing";
import { stopWithin } from "./stop-within.ts";

const recorder = () => {
  const warnings: string[] = [];
  const log: Logger = { ...silentLogger, warn: (_fields, message) => void warnings.push(message) };
  return { log, warnings };
};

test("what ends in time is not spoken of", async () => {
  const { log, warnings } = recorder();
  await stopWithin(log, "queue", 1_000, () => Promise.resolve());
  expect(warnings).toEqual([]);
});

test("what hangs or fails is told and left behind", async () => {
  const { log, warnings } = recorder();
  await stopWithin(log, "queue", 30, () => Promise.withResolvers<never>().promise);
  await stopWithin(log, "queue", 30, () => Promise.reject(new Error("no")));
  await stopWithin(log, "queue", 30, () => {
    throw new Error("at once");
  });
  expect(warnings).toHaveLength(3);
});
