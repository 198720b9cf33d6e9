import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DomainError } from "@closebell/context";
import { type KeyDeps, sandboxCrew, verifyApiKey } from "@closebell/identity";
import { z } from "zod";

const content = z.object({
  OPERATOR_KEY: z.string(),
  SECOND_KEY: z.string(),
  PLAYER_KEY: z.string(),
  PLAYER_ID: z.string(),
});

/** API keys of the people a sandbox is played with, by their names in a shell. */
export type SandboxCredentials = z.infer<typeof content>;

/** The file in a sandbox's folder that has them: a line each, for a shell to read. */
export const sandboxCredentialsFile = (dir: string): string => join(dir, "credentials.env");

/** Writes a file that only its owner may read, over what is there. */
export const writePrivate = async (file: string, text: string): Promise<void> => {
  await mkdir(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, text, { mode: 0o600 });
  await chmod(draft, 0o600);
  await rename(draft, file);
};

/** The credentials that a sandbox left in its folder; nothing where there are none. */
export const readSandboxCredentials = async (
  dir: string,
): Promise<SandboxCredentials | undefined> => {
  try {
    const text = await readFile(sandboxCredentialsFile(dir), "utf8");
    const lines = text.split("\n").map((line) => line.split("="));
    return content.parse(Object.fromEntries(lines));
  } catch {
    return undefined;
  }
};

const stillCounts = async (deps: KeyDeps, credentials: SandboxCredentials): Promise<boolean> => {
  try {
    const { OPERATOR_KEY, SECOND_KEY, PLAYER_KEY } = credentials;
    for (const key of [OPERATOR_KEY, SECOND_KEY, PLAYER_KEY]) await verifyApiKey(deps, key);
    return true;
  } catch (error) {
    if (error instanceof DomainError && error.code === "UNAUTHENTICATED") return false;
    throw error;
  }
};

/**
 * Credentials for a sandbox, kept in a file of its folder that only its owner may read: those of the last time, as long as
 * they count.
 * @throws DomainError SANDBOX_ONLY
 */
export const sandboxCredentials = async (
  deps: KeyDeps,
  dir: string,
): Promise<SandboxCredentials> => {
  const left = await readSandboxCredentials(dir);
  if (left !== undefined && (await stillCounts(deps, left))) return left;
  const { operator, second, player } = await sandboxCrew(deps);
  const credentials = {
    OPERATOR_KEY: operator.apiKey,
    SECOND_KEY: second.apiKey,
    PLAYER_KEY: player.apiKey,
    PLAYER_ID: player.actor.id,
  };
  const lines = Object.entries(credentials).map(([name, value]) => `${name}=${value}\n`);
  await writePrivate(sandboxCredentialsFile(dir), lines.join(""));
  return credentials;
};
