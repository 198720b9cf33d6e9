import { expect, test } from "bun:test";
import { join } from "node:path";
import { Glob } from "bun";

const ROOT = join(import.meta.dir, "..");

// Coverage knows only files that were loaded: a source nobody tests would not count against us.
test("every source of every package loads, and does nothing by that", async () => {
  const sources = await Array.fromAsync(new Glob("packages/*/src/**/*.ts").scan({ cwd: ROOT }));
  const loaded = sources.filter((path) => !path.endsWith(".test.ts"));
  expect(loaded.length).toBeGreaterThan(100);
  await Promise.all(loaded.map((path) => import(join(ROOT, path))));
});
