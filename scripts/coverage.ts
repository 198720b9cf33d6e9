import { readFile } from "node:fs/promises";
import { relative, resolve } from "node:path";

/** Lines of one source file: how many can run, and how many did. */
export interface FileCoverage {
  readonly path: string;
  readonly lines: number;
  readonly hit: number;
}

/** Reads an lcov report; a file that appears more than once counts each line once. */
export const parseLcov = (text: string, root: string): readonly FileCoverage[] => {
  const files = new Map<string, Map<number, boolean>>();
  let lines = new Map<number, boolean>();
  for (const record of text.split("\n")) {
    const [kind, value = ""] = record.split(/:(.*)/, 2);
    if (kind === "SF") {
      const path = relative(root, resolve(root, value));
      lines = files.get(path) ?? new Map<number, boolean>();
      files.set(path, lines);
    } else if (kind === "DA") {
      const [line, count] = value.split(",").map(Number);
      if (line !== undefined) lines.set(line, (lines.get(line) ?? false) || (count ?? 0) > 0);
    }
  }
  return [...files].map(([path, seen]) => ({
    path,
    lines: seen.size,
    hit: [...seen.values()].filter(Boolean).length,
  }));
};

const percent = (hit: number, lines: number): number => (lines === 0 ? 100 : (100 * hit) / lines);

/** What a package's source is: every file that isn't a test. */
const sourcesOf = async (root: string): Promise<readonly string[]> => {
  const found = await Array.fromAsync(new Bun.Glob("packages/*/src/**/*.ts").scan({ cwd: root }));
  return found.filter((path) => !path.endsWith(".test.ts")).toSorted();
};

/**
 * Prints the lines covered of every file of packages/*\/src, loaded or not, and returns true if they are `least` percent or
 * more over all. A file without one line that can run (types only) counts nothing.
 */
export const reportCoverage = async (
  root: string,
  lcovPath: string,
  least: number,
): Promise<boolean> => {
  const reported = parseLcov(await readFile(lcovPath, "utf8").catch(() => ""), root);
  const byPath = new Map(reported.map((file) => [file.path, file]));
  let lines = 0;
  let hit = 0;
  const missing: string[] = [];
  for (const path of await sourcesOf(root)) {
    const file = byPath.get(path);
    if (file === undefined) {
      missing.push(path);
      continue;
    }
    lines += file.lines;
    hit += file.hit;
    const share = percent(file.hit, file.lines);
    if (share < least) console.log(`${share.toFixed(1).padStart(6)} %  ${path}`);
  }
  for (const path of missing) console.log(`   not loaded  ${path}`);
  const total = percent(hit, lines);
  console.log(`coverage: ${total.toFixed(2)} % of ${lines} lines, in ${byPath.size} files`);
  return total >= least && missing.length === 0;
};
