import { expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError } from "./config-error.ts";
import { environment } from "./config-schema.ts";
import { readConfig } from "./read-config.ts";

/** What a variable's name says of a secret; a URL may hold a login or a key. */
const SECRET = /SECRET|TOKEN|PASSWORD|(^|_)KEY(_ID)?$|(DATABASE|REDIS|MAIL|RPC)_URL/;
/** Addresses of public services, and what is known to all. */
const OPEN = new Set(["EVM_XPUB"]);

const secrets = Object.keys(environment.shape).filter(
  (name) => SECRET.test(name) && !OPEN.has(name),
);

const problemsOf = (env: Record<string, string>): readonly string[] => {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
};

test("every secret may come from a file, and no complaint repeats what is in it", async () => {
  expect(secrets.length).toBeGreaterThan(12);
  const folder = await mkdtemp(join(tmpdir(), "closebell-secrets-"));
  try {
    for (const name of secrets) {
      const file = join(folder, name);
      await writeFile(file, "canary in a file\n");
      const [byFile, byName] = [{ [`${name}_FILE`]: file }, { [name]: "canary in a file" }];
      // the same as if it had been named: refused or taken
      expect(problemsOf(byFile), name).toEqual(problemsOf(byName));
      expect(problemsOf({ ...byFile, ...byName }), name).toContain(
        `Set ${name} or ${name}_FILE, not both.`,
      );
      expect(problemsOf(byFile).join(), name).not.toContain("canary");
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});
