import { stat } from "node:fs/promises";
import { join } from "node:path";
import { type Account, runCommand } from "./run-command.ts";

/** The user made for the purpose where the system has no `postgres`. */
const OWN_USER = "closebell";

const accountOf = async (name: string): Promise<Account | undefined> => {
  const uid = await runCommand("id", ["-u", name]);
  const gid = await runCommand("id", ["-g", name]);
  if (uid.code !== 0 || gid.code !== 0) return undefined;
  const account = { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  return account.uid > 0 ? account : undefined;
};

const createAccount = async (): Promise<Account | undefined> => {
  const made = await runCommand("useradd", [
    "--system",
    "--user-group",
    "--no-create-home",
    "--shell",
    "/usr/sbin/nologin",
    OWN_USER,
  ]).catch(() => undefined);
  return made?.code === 0 ? accountOf(OWN_USER) : undefined;
};

/** Owner of a cluster that exists already: only that user can run it. */
const ownerOf = async (clusterDir: string): Promise<Account | undefined> => {
  const found = await stat(join(clusterDir, "PG_VERSION")).catch(() => undefined);
  return found === undefined || found.uid === 0 ? undefined : { uid: found.uid, gid: found.gid };
};

/**
 * Who PostgreSQL runs as: undefined for ourselves, and somebody else where we are root, since it refuses to run as root.
 * `clusterDirs` are where a cluster may exist already.
 */
export const serverAccount = async (
  clusterDirs: readonly string[],
): Promise<Account | undefined> => {
  if (process.getuid?.() !== 0) return undefined;
  for (const dir of clusterDirs) {
    const owner = await ownerOf(dir);
    if (owner !== undefined) return owner;
  }
  const account =
    (await accountOf("postgres")) ??
    (await accountOf(OWN_USER)) ??
    (await createAccount()) ??
    (await accountOf("nobody"));
  if (account === undefined)
    throw new Error("no user for PostgreSQL, which refuses to run as root");
  return account;
};
