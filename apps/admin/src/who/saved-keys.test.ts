import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { savedKey, saveKey } from "./saved-keys.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "closebell-keys-"));
});
afterAll(() => rm(folder, { recursive: true }));

test("a key is kept for its service alone, where only its owner reads it", async () => {
  const file = join(folder, "closebell", "keys.json");
  expect(await savedKey(file, "db:5432/one")).toBeUndefined();
  await saveKey(file, "db:5432/one", "first");
  await saveKey(file, "/srv/.data", "other");
  await chmod(file, 0o644);
  await saveKey(file, "db:5432/one", "second");
  expect(await savedKey(file, "db:5432/one")).toBe("second");
  expect(await savedKey(file, "/srv/.data")).toBe("other");
  expect(await savedKey(file, "db:5432/two")).toBeUndefined();
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readFile(file, "utf8")).not.toContain("first");
});

test.each(["", "{", "[]", "null", '"text"', '{"db":1}'])(
  "a file that holds something else holds no key: %s",
  async (text) => {
    const file = join(folder, "odd.json");
    await writeFile(file, text);
    expect(await savedKey(file, "db")).toBeUndefined();
    await saveKey(file, "db", "key");
    expect(await savedKey(file, "db")).toBe("key");
  },
);
