import { chmod, mkdtemp, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { connect } from "../packages/database/src/connect.ts";
import { startEmbedded } from "../packages/database/src/embedded/index.ts";
import { prepareTemplates } from "../packages/database/src/testing/index.ts";
import { TEMPLATES } from "../packages/database/src/testing/scratch-database.ts";
import { copyWorkspace } from "./copy-workspace.ts";
import { FAST, migrationSets, ROOMS, scratchParent } from "./test-server.ts";
import { type Trap, TRAPS } from "./trap-list.ts";

/**
 * Shows that the traps of the hot paths would be noticed: puts each back into a copy of the workspace and runs its tests
 * there, every one of which must fail. Without any trap all of them must pass. Arguments are numbers of traps.
 */
const TESTS = "test/traps";
const MINUTES_PER_RUN = 3;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

await using cleanup = new AsyncDisposableStack();
const copy = cleanup.use(await copyWorkspace());
const folder = await mkdtemp(join(await scratchParent(), `closebell-test-${process.pid}-`));
cleanup.defer(() => rm(folder, { recursive: true, force: true }));
// PostgreSQL's user must get through
await chmod(folder, 0o755);
const server = await startEmbedded({ dataDir: join(folder, "data"), settings: FAST });
cleanup.defer(() => server.stop());

/** Makes the databases that tests copy anew, from the migrations of the copy as they stand. */
const migrateAgain = async (): Promise<void> => {
  const admin = connect({ url: server.url, max: 1, parameters: {} });
  for (const name of Object.values(TEMPLATES)) {
    const [there] = await admin`select from pg_database where datname = ${name}`;
    if (there === undefined) continue;
    await admin.unsafe(`alter database ${name} with is_template false`);
    await admin.unsafe(`drop database ${name} with (force)`);
  }
  await admin.end({ timeout: 1 });
  await prepareTemplates(server.url, migrationSets(copy.path, ROOMS));
};

/** Puts a trap back. Returns what takes it out again. */
const putBack = async ({ number, edits }: Trap): Promise<() => Promise<void>> => {
  const originals = new Map<string, string>();
  for (const { file, find, replace } of edits) {
    const path = join(copy.path, file);
    const text = await Bun.file(path).text();
    if (!originals.has(path)) originals.set(path, text);
    if (!text.includes(find)) {
      throw new Error(
        `${JSON.stringify(find)} is not in ${file}. Adapt trap ${number} in scripts/trap-list.ts.`,
      );
    }
    await Bun.write(
      path,
      text.replaceAll(find, () => replace),
    );
  }
  return async () => {
    for (const [path, text] of originals) await Bun.write(path, text);
  };
};

const run = async (filter: string) => {
  const child = Bun.spawn([process.execPath, "test", "--timeout=60000", TESTS, "-t", filter], {
    cwd: resolve(copy.path),
    env: { ...process.env, TEST_DATABASE_URL: server.url, TEST_CLONE_STRATEGY: "file_copy" },
    stdout: "pipe",
    stderr: "pipe",
    timeout: MINUTES_PER_RUN * 60_000,
  });
  const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  await child.exited;
  const output = stdout + stderr;
  const count = (verdict: string): number =>
    [...output.matchAll(new RegExp(`^\\(${verdict}\\) `, "gm"))].length;
  const broken = output.includes("# Unhandled error");
  return { passed: count("pass"), failed: count("fail"), broken, output };
};

const wanted = new Set(process.argv.slice(2).map(Number));
const selected = TRAPS.filter(({ number }) => wanted.size === 0 || wanted.has(number));

await migrateAgain();
const numbers = selected.map(({ number }) => number).join("|");
const without = await run(`trap (${numbers}):`);
if (without.failed > 0 || without.passed < selected.length) {
  throw new Error(
    `Without any trap, tests fail or are missing. Mend that first.\n${without.output}`,
  );
}
say(`without any trap: ${without.passed} tests pass`);

let shown = 0;
let asReleased = true;
for (const trap of selected) {
  const takeOut = await putBack(trap);
  const migrations = trap.edits.some(({ file }) => file.endsWith(".sql"));
  if (migrations || !asReleased) await migrateAgain();
  asReleased = !migrations;
  const { passed, failed, broken, output } = await run(`trap ${trap.number}:`);
  await takeOut();
  const red = failed > 0 && passed === 0 && !broken;
  if (red) shown += 1;
  const why = /^(?:error|PostgresError|DomainError): (.*)$/m.exec(output)?.[1] ?? "";
  say(`trap ${String(trap.number).padStart(2)}  ${red ? "red  " : "GREEN"}  ${trap.name}: ${why}`);
  if (!red) say(output);
}
say(`${shown} of ${selected.length} traps shown red`);
process.exitCode = shown === selected.length ? 0 : 1;
