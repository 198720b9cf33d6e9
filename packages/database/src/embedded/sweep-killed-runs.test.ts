import { expect, test } from "bun:test";
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sweepKilledRuns } from "./sweep-killed-runs.ts";

test("removes the folders of processes that are gone, and nothing else", async () => {
  const parent = await mkdtemp(join(tmpdir(), "sweep-"));
  const gone = Bun.spawn(["true"]);
  await gone.exited;
  const mine = `run-${process.pid}`;
  const names = [`run-${gone.pid}`, `run-${gone.pid}-x7`, mine, `walk-${gone.pid}`, "run-later"];
  for (const name of names) await mkdir(join(parent, name));
  await sweepKilledRuns(parent, "run-");
  expect((await readdir(parent)).toSorted()).toEqual(
    [mine, "run-later", `walk-${gone.pid}`].toSorted(),
  );
  await rm(parent, { recursive: true });
});
