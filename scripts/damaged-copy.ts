import { availableParallelism } from "node:os";
import { join } from "node:path";
import { connect } from "../packages/database/src/connect.ts";
import { prepareTemplates } from "../packages/database/src/testing/index.ts";
import { TEMPLATES } from "../packages/database/src/testing/scratch-database.ts";
import { copyWorkspace } from "./copy-workspace.ts";
import { migrationSets, ROOMS, startTestServer, type TestServer } from "./test-server.ts";

/** A change of one file of the workspace: `find` must be there, and every occurrence is replaced. */
export interface Edit {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** What `bun test` said. */
export interface TestRun {
  readonly passed: readonly string[];
  /** Names of tests; a run that is broken, as by a syntax error, proves nothing by them. */
  readonly failed: readonly string[];
  readonly broken: boolean;
  readonly output: string;
}

/** A copy of the workspace that tests run in while something in it is wrong. One run at a time. */
export interface DamagedCopy extends AsyncDisposable {
  /** Runs `bun test` with these arguments and edits; on a PostgreSQL of the migrations as they then stand, where it needs one. */
  test(args: readonly string[], edits?: readonly Edit[], server?: boolean): Promise<TestRun>;
}

const MINUTES_PER_RUN = 5;
// what hangs: a loaded machine takes long over what needs a server, and never over the rest
const SECONDS_PER_TEST = { server: 60, pure: 10 };

const namesOf = (verdict: string, output: string): readonly string[] =>
  [...output.matchAll(new RegExp(`^\\(${verdict}\\) (.*?)(?: \\[[\\d.]+m?s\\])?$`, "gm"))].map(
    ([, name = ""]) => name,
  );

const runTests = async (
  cwd: string,
  args: readonly string[],
  environment?: Readonly<Record<string, string>>,
): Promise<TestRun> => {
  const seconds = SECONDS_PER_TEST[environment === undefined ? "pure" : "server"];
  const child = Bun.spawn([process.execPath, "test", `--timeout=${seconds * 1000}`, ...args], {
    cwd,
    env: { ...process.env, ...environment },
    stdout: "pipe",
    stderr: "pipe",
    timeout: MINUTES_PER_RUN * 60_000,
  });
  const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  const code = await child.exited;
  const output = stdout + stderr;
  const failed = namesOf("fail", output);
  const unexplained = code !== 0 && failed.length === 0;
  const broken = output.includes("# Unhandled error") || unexplained;
  return { passed: namesOf("pass", output), failed, broken, output };
};

/** Makes the databases that tests copy anew, from the migrations of the workspace at `root` as they stand. */
const migrateAgain = async (url: string, root: string): Promise<void> => {
  const admin = connect({ url, max: 1, parameters: {} });
  for (const name of Object.values(TEMPLATES)) {
    const [there] = await admin`select from pg_database where datname = ${name}`;
    if (there === undefined) continue;
    await admin.unsafe(`alter database ${name} with is_template false`);
    await admin.unsafe(`drop database ${name} with (force)`);
  }
  await admin.end({ timeout: 1 });
  await prepareTemplates(url, migrationSets(root, ROOMS));
};

/** Makes the edits in the workspace at `root`. Returns what takes them out again. */
const make = async (edits: readonly Edit[], root: string): Promise<() => Promise<void>> => {
  const originals = new Map<string, string>();
  for (const { file, find, replace } of edits) {
    const path = join(root, file);
    const text = await Bun.file(path).text();
    if (!originals.has(path)) originals.set(path, text);
    if (!text.includes(find)) throw new Error(`${JSON.stringify(find)} is not in ${file}.`);
    await Bun.write(
      path,
      text.replaceAll(find, () => replace),
    );
  }
  return async () => {
    for (const [path, text] of originals) await Bun.write(path, text);
  };
};

const isMigration = ({ file }: Edit): boolean => file.endsWith(".sql");

const damagedCopy = async (): Promise<DamagedCopy> => {
  await using made = new AsyncDisposableStack();
  const { path } = made.use(await copyWorkspace());
  const all = made.move();
  let server: TestServer | undefined;
  let migrated: string | undefined;
  const environment = async (edits: readonly Edit[]) => {
    server ??= all.use(await startTestServer());
    const wanted = JSON.stringify(edits.filter(isMigration));
    if (migrated !== wanted) await migrateAgain(server.url, path);
    migrated = wanted;
    return server.environment;
  };
  return {
    async test(args, edits = [], needsServer = true) {
      const takeOut = await make(edits, path);
      try {
        return await runTests(path, args, needsServer ? await environment(edits) : undefined);
      } finally {
        await takeOut();
      }
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
};

/** Works through lists, in as many copies at once as the machine has cores. */
export interface DamagedCopies extends AsyncDisposable {
  /** Fails with what the first failing `work` failed with, once all have ended. */
  each<T>(tasks: readonly T[], work: (copy: DamagedCopy, task: T) => Promise<void>): Promise<void>;
}

/** As many copies as cores, `atMost`. */
export const damagedCopies = async (atMost: number): Promise<DamagedCopies> => {
  await using made = new AsyncDisposableStack();
  const copies: DamagedCopy[] = [];
  for (let n = 0; n < Math.min(atMost, availableParallelism()); n += 1) {
    copies.push(made.use(await damagedCopy()));
  }
  const all = made.move();
  return {
    async each(tasks, work) {
      const left = [...tasks];
      const ends = await Promise.allSettled(
        copies.map(async (copy) => {
          for (let task = left.shift(); task !== undefined; task = left.shift()) {
            await work(copy, task);
          }
        }),
      );
      for (const end of ends) if (end.status === "rejected") throw end.reason;
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
};

/** Those that change no migration first: they share a database as it was released. */
export const releasedFirst = <T extends { readonly edits: readonly Edit[] }>(
  tasks: readonly T[],
): readonly T[] =>
  tasks.toSorted((a, b) => Number(a.edits.some(isMigration)) - Number(b.edits.some(isMigration)));
