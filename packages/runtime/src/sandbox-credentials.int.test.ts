import { expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomIds } from "@closebell/context";
import { memoryEvents, silentLogger } from "@closebell/context/testing";
import { scratchDatabase, type ScratchDatabase } from "@closebell/database/testing";
import { revokeApiKey, verifyApiKey } from "@closebell/identity";
import { staffWith } from "@closebell/identity/testing";
import {
  readSandboxCredentials,
  sandboxCredentials,
  sandboxCredentialsFile,
} from "./sandbox-credentials.ts";

const depsOn = ({ database }: ScratchDatabase) => ({
  database,
  events: memoryEvents(),
  ids: randomIds,
  log: silentLogger,
  randomBytes,
});

test("a sandbox's credentials stay as they are while they count, for their owner's eyes only", async () => {
  const folder = await mkdtemp(join(tmpdir(), "closebell-credentials-"));
  await using scratch = await scratchDatabase();
  const deps = depsOn(scratch);
  try {
    const dir = join(folder, "sandbox");
    expect(await readSandboxCredentials(dir)).toBeUndefined();
    const first = await sandboxCredentials(deps, dir);
    expect((await stat(sandboxCredentialsFile(dir))).mode & 0o777).toBe(0o600);
    expect(await readSandboxCredentials(dir)).toEqual(first);
    expect(await sandboxCredentials(deps, dir)).toEqual(first);
    const { OPERATOR_KEY: key, PLAYER_KEY, PLAYER_ID } = first;
    expect((await verifyApiKey(deps, PLAYER_KEY)).actor.id).toBe(PLAYER_ID);
    const { actor, credential } = await verifyApiKey(deps, key);
    const by = { actor, requestId: randomIds.uuid() };
    await revokeApiKey(deps, { by, apiKeyId: credential.id });
    const next = await sandboxCredentials(deps, dir);
    expect(next.OPERATOR_KEY).not.toBe(key);
    expect((await verifyApiKey(deps, next.OPERATOR_KEY)).actor).toEqual(actor);
    const sourced =
      await Bun.$`sh -c ${`. ${sandboxCredentialsFile(dir)}; echo $SECOND_KEY`}`.text();
    expect(sourced.trim()).toBe(next.SECOND_KEY);
    // those of another database count for nothing here
    await using other = await scratchDatabase();
    await staffWith(depsOn(other));
    expect((await sandboxCredentials(depsOn(other), dir)).OPERATOR_KEY).not.toBe(next.OPERATOR_KEY);
  } finally {
    await rm(folder, { recursive: true });
  }
});
