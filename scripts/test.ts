// Runs every test against a throw-away PostgreSQL, and a Redis where one is installed:
//   bun scripts/test.ts [--coverage] [--again] [--postgres-bin DIR] [--serial] [--rooms a,b] [filters and options of bun test]
// With --again a file that failed is run once more, alone: a busy machine is told from a defect, and named.
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { setWatchdog } from "../packages/database/src/embedded/watchdog.ts";
import {
  hasRedis,
  prepareTemplates,
  scratchRedis,
} from "../packages/database/src/testing/index.ts";
import { reportCoverage } from "./coverage.ts";
import { failuresIn, mayPassAlone, type Failure } from "./failures.ts";
import { migrationSets, ROOMS, startTestServer } from "./test-server.ts";

const ROOT = resolve(import.meta.dir, "..");
const LEAST_COVERAGE = 90;
/**
 * One worker more than cores, since many a test waits for processes that start; no module keeps state, so files share what
 * they load; the slowest begin. `--update-timings` writes anew which those are.
 */
const IN_PARALLEL = [
  `--parallel=${availableParallelism() + 1}`,
  "--no-isolate",
  `--timings=${join(import.meta.dir, "timings.json")}`,
];

interface Options {
  readonly coverage: boolean;
  readonly serial: boolean;
  readonly again: boolean;
  readonly postgresBin: string | undefined;
  /** Rooms whose migrations the test databases get; a room needs those below it. */
  readonly rooms: readonly string[];
  readonly rest: readonly string[];
}

const readOptions = (args: readonly string[]): Options => {
  const rest = [...args];
  const flag = (name: string): boolean => {
    const at = rest.indexOf(name);
    if (at >= 0) rest.splice(at, 1);
    return at >= 0;
  };
  const value = (name: string): string | undefined => {
    const at = rest.indexOf(name);
    return at < 0 ? undefined : rest.splice(at, 2)[1];
  };
  const rooms = value("--rooms")?.split(",") ?? ROOMS;
  const postgresBin = value("--postgres-bin");
  return {
    coverage: flag("--coverage"),
    serial: flag("--serial"),
    again: flag("--again"),
    postgresBin,
    rooms,
    rest,
  };
};

interface Outcome {
  readonly code: number;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly string[];
  readonly failures: readonly Failure[];
}

const plain = (text: string): string => Bun.stripANSI(text);
const countOf = (text: string, what: string): number =>
  Number([...text.matchAll(new RegExp(`^ *(\\d+) ${what}$`, "gm"))].at(-1)?.[1] ?? 0);

const runTests = async (
  options: Options,
  environment: Readonly<Record<string, string>>,
  interrupt: AbortSignal,
): Promise<Outcome> => {
  const skippedFile = environment["TEST_SKIPPED_FILE"] ?? "";
  const tests = Bun.spawn(
    [
      process.execPath,
      "test",
      // a loaded machine is no defect: what hangs is told by a minute, not by Bun's five seconds
      "--timeout=60000",
      ...(options.serial ? [] : IN_PARALLEL),
      ...(options.coverage ? ["--coverage", "--coverage-reporter=lcov"] : []),
      ...options.rest,
    ],
    {
      cwd: ROOT,
      stdio: ["inherit", "inherit", "pipe"],
      env: {
        ...process.env,
        ...(process.stderr.isTTY ? { FORCE_COLOR: "1" } : {}),
        ...environment,
      },
    },
  );
  interrupt.addEventListener("abort", () => tests.kill("SIGTERM"));
  const watchdog = setWatchdog(tests.pid, undefined);
  let output = "";
  const decoder = new TextDecoder();
  for await (const chunk of tests.stderr) {
    process.stderr.write(chunk);
    output += decoder.decode(chunk, { stream: true });
  }
  const code = await tests.exited;
  watchdog.dismiss();
  const text = plain(output);
  const failed = countOf(text, "fail") + countOf(text, "errors?");
  const suites = (await readFile(skippedFile, "utf8").catch(() => "")).split("\n");
  const single = [...text.matchAll(/^\((?:skip|todo)\) (.*)$/gm)].map((match) => match[1] ?? "");
  return {
    code,
    passed: countOf(text, "pass"),
    failed: code !== 0 && failed === 0 ? 1 : failed,
    skipped: [...new Set([...suites, ...single])].filter((line) => line !== ""),
    failures: failuresIn(text),
  };
};

type Run = (options: Options) => Promise<Outcome>;

/** Runs what failed once more with nothing beside it; what passes then is named, and no failure. */
const runAgain = async (options: Options, first: Outcome, run: Run): Promise<Outcome> => {
  const files = first.failures.map(({ file }) => file);
  if (first.code === 0 || files.length === 0 || !first.failures.every(mayPassAlone)) return first;
  console.log(`\nonce more, alone: ${files.join(", ")}`);
  const second = await run({ ...options, coverage: false, serial: true, rest: files });
  if (second.code !== 0) return { ...first, failures: [...first.failures, ...second.failures] };
  console.log(`\npassed alone, failed beside the others: ${files.join(", ")}`);
  return { ...first, code: 0, passed: first.passed + first.failed, failed: 0 };
};

const conclude = async (options: Options, outcome: Outcome): Promise<number> => {
  let failed = outcome.failed;
  if (options.coverage) {
    const enough = await reportCoverage(ROOT, join(ROOT, "coverage", "lcov.info"), LEAST_COVERAGE);
    if (!enough) {
      console.log(`coverage is below ${LEAST_COVERAGE} %, or a file was never loaded`);
      failed += 1;
    }
  }
  if (outcome.skipped.length > 0) {
    console.log(`\nskipped, since they can't run here:`);
    for (const line of outcome.skipped) console.log(`  ${line}`);
    if (["1", "true"].includes(process.env["CI"] ?? "")) {
      console.log("CI runs every suite: a skipped one is a failure");
      failed += 1;
    }
  }
  for (const { file, text } of outcome.failures) console.log(`\n== failed: ${file}\n${text}`);
  console.log(`\n${outcome.passed} passed, ${failed} failed`);
  return failed === 0 && outcome.code === 0 ? 0 : 1;
};

const main = async (): Promise<number> => {
  const options = readOptions(process.argv.slice(2));
  const interrupt = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => interrupt.abort());
  }
  await using cleanup = new AsyncDisposableStack();
  const server = cleanup.use(await startTestServer(options.postgresBin));
  await prepareTemplates(server.url, migrationSets(ROOT, options.rooms));
  let redisUrl = process.env["TEST_REDIS_URL"];
  if (redisUrl === undefined && hasRedis()) redisUrl = cleanup.use(await scratchRedis()).url;
  if (interrupt.signal.aborted) return 130;
  const environment = {
    ...server.environment,
    TEST_SKIPPED_FILE: join(server.folder, "skipped"),
    ...(redisUrl === undefined ? {} : { TEST_REDIS_URL: redisUrl }),
  };
  const run: Run = (chosen) => runTests(chosen, environment, interrupt.signal);
  const first = await run(options);
  const outcome =
    options.again && !interrupt.signal.aborted ? await runAgain(options, first, run) : first;
  return interrupt.signal.aborted ? 130 : await conclude(options, outcome);
};

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.log("\n0 passed, 1 failed");
  process.exitCode = 1;
}
process.exit();
