import { expect, test } from "bun:test";
import { openDatabase } from "@closebell/database";
import { scratchDatabase } from "@closebell/database/testing";
import { unlessBusy } from "./unless-busy.ts";

const LEASE_MS = 600;

/** Another process at the task, until it is told that it may end. */
const HOLDER = `
  import { openDatabase } from "@closebell/database";
  import { unlessBusy } from "./unless-busy.ts";
  const database = openDatabase({ url: process.env.URL, max: 2 });
  const work = async () => {
    console.log("holds it");
    for await (const line of console) return line;
  };
  console.log(await unlessBusy({ database }, "task", work, ${LEASE_MS}));
  await database.close();`;

const linesOf = (stream: ReadableStream<Uint8Array>) => {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  return async (): Promise<string> => (await reader.read()).value?.trim() ?? "";
};

test("a task is one process's for as long as it is at it, and for a moment after it stands still", async () => {
  await using scratch = await scratchDatabase();
  const attempt = () => unlessBusy(scratch, "task", () => Promise.resolve("taken over"), LEASE_MS);
  const holder = Bun.spawn([process.execPath, "-e", HOLDER], {
    cwd: import.meta.dir,
    env: { ...process.env, URL: scratch.url },
    stdin: "pipe",
    stdout: "pipe",
  });
  const next = linesOf(holder.stdout);
  expect(await next()).toBe("holds it");
  await Bun.sleep(2 * LEASE_MS);
  expect(await attempt()).toBeUndefined();

  holder.kill("SIGSTOP");
  await Bun.sleep(2 * LEASE_MS);
  expect(await attempt()).toBe("taken over");

  holder.kill("SIGCONT");
  void holder.stdin.write("what it did\n");
  void holder.stdin.end();
  expect(await next()).toBe("what it did");
  expect(await holder.exited).toBe(0);
}, 30_000);

test("a task that is over leaves its connection as it was", async () => {
  await using scratch = await scratchDatabase();
  const database = openDatabase({ url: scratch.url, max: 1 });
  await unlessBusy({ database }, "task", () => Promise.resolve());
  expect([...(await database.sql`show idle_session_timeout`)]).toEqual([
    { idle_session_timeout: "0" },
  ]);
  await database.close();
});
