import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import {
  chmod,
  cp,
  mkdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import { DomainError } from "@closebell/context";
import type { Binaries } from "./binaries.ts";
import { type Account, runCommand } from "./run-command.ts";

/** Root's own place first: nobody else can have put a program there for us to run. */
export const SHARED_FOLDERS: readonly string[] = ["/var/lib/closebell", "/var/tmp/closebell"];

const mayEnter = async (dir: string, account: Account): Promise<boolean> => {
  const { mode, uid, gid } = await stat(dir);
  if (uid === account.uid) return (mode & 0o100) !== 0;
  if (gid === account.gid) return (mode & 0o010) !== 0;
  return (mode & 0o001) !== 0;
};

/** True where `account` may enter `dir`, which must exist, and every folder above it. */
export const canReach = async (dir: string, account: Account): Promise<boolean> => {
  for (let at = await realpath(dir); ; at = dirname(at)) {
    if (!(await mayEnter(at, account))) return false;
    if (at === dirname(at)) return true;
  }
};

/** A folder that everybody can enter and only root can write. */
const sharedBase = async (account: Account, bases: readonly string[]): Promise<string> => {
  for (const base of bases) {
    await mkdir(base).then(
      () => chmod(base, 0o755),
      () => undefined,
    );
    const found = await stat(base).catch(() => undefined);
    const safe = found?.isDirectory() === true && found.uid === 0 && (found.mode & 0o022) === 0;
    if (safe && (await canReach(base, account))) return base;
  }
  throw new DomainError(
    "DATABASE_UNAVAILABLE",
    `PostgreSQL refuses to run as root, and no other user can enter this folder, ${bases.join(" or ")}. ` +
      "Set DATA_DIR to a folder that everyone may enter, run as another user, or set DATABASE_URL.",
  );
};

/** `binaries`, or a copy of them that `account` can run. */
export const reachableBinaries = async (
  binaries: Binaries,
  account: Account | undefined,
  bases: readonly string[],
): Promise<Binaries> => {
  if (account === undefined || binaries.root === undefined) return binaries;
  const runs = await runCommand(join(binaries.bin, "postgres"), ["--version"], {
    as: account,
  }).catch(() => undefined);
  if (runs?.code === 0 && (await canReach(binaries.root, account))) return binaries;
  const root = join(await sharedBase(account, bases), `postgres-${binaries.version}`);
  if (!existsSync(root)) {
    const unfinished = `${root}.${process.pid}`;
    await cp(binaries.root, unfinished, { recursive: true, verbatimSymlinks: true });
    await runCommand("chmod", ["-R", "a+rX,go-w", unfinished]);
    // another start may have been faster: its copy is as good as ours
    await rename(unfinished, root).catch(() => rm(unfinished, { recursive: true, force: true }));
  }
  return { ...binaries, root, bin: join(root, "bin") };
};

const pointerOf = (dataDir: string): string => join(dataDir, "postgres-location");

/** Where a cluster of `dataDir` may be: in it, or where its pointer says. */
export const clusterDirs = async (dataDir: string): Promise<readonly string[]> => {
  const pointed = await readFile(pointerOf(dataDir), "utf8").catch(() => "");
  return [join(dataDir, "postgres"), pointed.trim()].filter((dir) => dir !== "");
};

/** What the folder is called that holds the cluster of `dataDir`, which must exist, elsewhere. */
export const nameElsewhere = async (dataDir: string): Promise<string> => {
  const hash = createHash("sha256").update(await realpath(dataDir));
  return `data-${hash.digest("hex").slice(0, 16)}`;
};

/** The cluster's folder: under `dataDir` where `account` can reach it, otherwise elsewhere, with a pointer to it. */
export const reachableClusterDir = async (
  dataDir: string,
  account: Account | undefined,
  bases: readonly string[],
): Promise<string> => {
  const existing = (await clusterDirs(dataDir)).find((dir) => existsSync(join(dir, "PG_VERSION")));
  if (existing !== undefined) return existing;
  const inside = join(dataDir, "postgres");
  if (account === undefined || (await canReach(dataDir, account))) return inside;
  const home = join(await sharedBase(account, bases), await nameElsewhere(dataDir));
  await mkdir(home, { recursive: true });
  await chmod(home, 0o755);
  await writeFile(pointerOf(dataDir), `${join(home, "postgres")}\n`);
  return join(home, "postgres");
};
