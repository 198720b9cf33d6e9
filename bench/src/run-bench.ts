import { MEASUREMENTS } from "./measure/index.ts";
import { findPgbench } from "./references/pgbench.ts";
import { rowsOf, type Figure, type Row } from "./report/figure.ts";
import { createProgress } from "./report/progress.ts";
import type { LineId, Part } from "./report/targets.ts";
import { circumstancesOf, writeResults, type Circumstances } from "./report/write-results.ts";
import { openServer, type BenchServer } from "./server/bench-server.ts";
import type { Sizes } from "./sizes.ts";
import type { Stage } from "./stage.ts";

export interface BenchOptions {
  readonly parts: readonly Part[];
  readonly sizes: Sizes;
  readonly databaseUrl: string | undefined;
  readonly pgledger: string | undefined;
  readonly signal: AbortSignal;
  readonly stderr: NodeJS.WriteStream;
}

/** What a run found, and where it was written. */
export interface BenchRun {
  readonly rows: readonly Row[];
  readonly circumstances: Circumstances;
  readonly path: string;
}

const settingsLine = (server: BenchServer): string =>
  Object.entries(server.settings)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");

/** How much shorter a quick run is than its measurements say. */
const QUICK_SHARE = 0.03;

const measureAll = async (options: BenchOptions, server: BenchServer) => {
  const { parts, sizes, signal, stderr, pgledger } = options;
  const chosen = MEASUREMENTS.filter(({ part }) => parts.includes(part));
  const share = sizes.quick ? QUICK_SHARE : 1;
  const expected = chosen.reduce((sum, { seconds }) => sum + seconds * share, 0);
  const progress = createProgress({ count: chosen.length, expected, stream: stderr });
  progress.say(server.version);
  progress.say(settingsLine(server));
  const reasons = new Map<LineId, string>();
  const plans = new Map<string, string>();
  const figures: Figure[] = [];
  const stage: Stage = {
    server,
    sizes,
    migrated: new Map(),
    pgbench: findPgbench(),
    pgledger,
    signal,
    step: (what) => progress.step(what),
    notMeasured: (line, why) => void reasons.set(line, why),
    keepPlan: (name, text) => void plans.set(name, text),
  };
  try {
    for (const { title, seconds, run } of chosen) {
      signal.throwIfAborted();
      progress.begin(title, seconds * share);
      figures.push(...(await run(stage)));
    }
  } finally {
    progress.end();
  }
  return { rows: rowsOf(figures, parts, { reasons, quick: sizes.quick }), plans };
};

/** Ends as soon as `signal` aborts; what was begun fails when its server is gone, and nobody listens. */
const unlessAborted = async <T>(signal: AbortSignal, work: Promise<T>): Promise<T> => {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  try {
    if (signal.aborted) stop();
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", stop);
    work.catch(() => undefined);
  }
};

/**
 * Runs the chosen parts on one server and writes what they found.
 * @throws NotConserved where the books of ours or of a reference do not balance: no figure counts then
 */
export const runBench = async (options: BenchOptions): Promise<BenchRun> => {
  const { parts, sizes, signal, databaseUrl } = options;
  const began = performance.now();
  const server = await openServer(databaseUrl, sizes.durable);
  try {
    const { rows, plans } = await unlessAborted(signal, measureAll(options, server));
    const seconds = (performance.now() - began) / 1000;
    const { quick, repetitions } = sizes;
    const circumstances = circumstancesOf(server, { quick, parts, repetitions, seconds });
    return { rows, circumstances, path: await writeResults(rows, circumstances, plans) };
  } finally {
    await server.close();
  }
};
