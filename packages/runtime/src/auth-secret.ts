import { randomBytes } from "node:crypto";
import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isKnownSecret, SANDBOX_SECRET } from "./auth-variables.ts";
import { ConfigError } from "./config-error.ts";

const isThere = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "EEXIST";

const made = (sandbox: boolean): string =>
  `${sandbox ? SANDBOX_SECRET : ""}${randomBytes(32).toString("base64url")}`;

/** Writes a file nobody else may read, whole or not at all; whoever comes first wins. */
const writeOnce = async (file: string, text: string): Promise<void> => {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(6).toString("hex")}`;
  await writeFile(draft, `${text}\n`, { mode: 0o600 });
  try {
    await link(draft, file);
  } catch (error) {
    if (!isThere(error)) throw error;
  } finally {
    await rm(draft, { force: true });
  }
};

const fileIn = (dataDir: string): string => join(dataDir, "secrets", "auth");

const readIn = async (dataDir: string): Promise<string> =>
  (await readFile(fileIn(dataDir), "utf8")).trim();

/** Whether this is the folder of a sandbox that has run, as its secret says. */
export const isSandboxFolder = (dataDir: string): Promise<boolean> =>
  readIn(dataDir).then(
    (secret) => secret.startsWith(SANDBOX_SECRET),
    () => false,
  );

/**
 * The secret of an embedded database, kept in its data folder beside it: made on the first run. A sandbox's begins with
 * `sandbox-`.
 * @throws ConfigError where it is a sandbox's in production
 */
export const embeddedSecret = async (input: {
  readonly dataDir: string;
  readonly sandbox: boolean;
  readonly production: boolean;
}): Promise<string> => {
  const file = fileIn(input.dataDir);
  const secret = await readIn(input.dataDir).catch(async () => {
    await writeOnce(file, made(input.sandbox));
    return readIn(input.dataDir);
  });
  if (input.production && isKnownSecret(secret)) {
    throw new ConfigError([`${file} holds a sandbox's secret, which production does not take.`]);
  }
  return secret;
};

/** What to do where there is neither a secret nor a folder to make one in. */
export const noSecret = (): ConfigError =>
  new ConfigError([
    "AUTH_SECRET must be set beside DATABASE_URL, the same for every process: make one with `openssl rand -hex 32`.",
  ]);
