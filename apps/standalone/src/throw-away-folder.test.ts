import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { throwAwayFolder } from "./throw-away-folder.ts";

const PREFIX = `closebell-throw-away-${crypto.randomUUID()}-`;

test("a folder is gone with its run, and one whose run was killed with the next run", async () => {
  const started = new AsyncDisposableStack();
  const mine = await throwAwayFolder(started, PREFIX);
  const module = JSON.stringify(new URL("./throw-away-folder.ts", import.meta.url).pathname);
  const script = `const { throwAwayFolder } = await import(${module});
    console.log(await throwAwayFolder(new AsyncDisposableStack(), ${JSON.stringify(PREFIX)}));
    await new Promise(() => setInterval(() => {}, 1e6));`;
  const killed = Bun.spawn([process.execPath, "-e", script], {
    stdout: "pipe",
    stderr: "inherit",
  });
  const { value } = await killed.stdout.getReader().read();
  const left = new TextDecoder().decode(value).trim();
  killed.kill("SIGKILL");
  await killed.exited;
  expect([existsSync(mine), existsSync(left)]).toEqual([true, true]);

  const next = new AsyncDisposableStack();
  const other = await throwAwayFolder(next, PREFIX);
  expect([existsSync(mine), existsSync(left), existsSync(other)]).toEqual([true, false, true]);
  await next.disposeAsync();
  await started.disposeAsync();
  expect([existsSync(mine), existsSync(other)]).toEqual([false, false]);
});
