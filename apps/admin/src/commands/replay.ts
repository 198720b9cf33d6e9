import { readFile } from "node:fs/promises";
import { parseCloses } from "@closebell/adapters/oracle";
import { findExchange } from "@closebell/calendar";
import type { Logger } from "@closebell/context";
import { migrateAll } from "@closebell/runtime";
import type { Bench } from "../session.ts";
import { dateArgument, wholeNumber } from "../input/arguments.ts";
import type { Answer } from "../output/answer.ts";
import { EXIT } from "../output/exit-codes.ts";
import { UsageError } from "../output/usage-error.ts";
import type { AddCommand } from "../program.ts";
import { replayJson, replayText } from "../replay/present-replay.ts";
import { replayIds } from "../replay/replay-ids.ts";
import { type ReplayInput, replayMarket, runReplay } from "../replay/run-replay.ts";
import { openSandbox, type ReplaySandbox } from "../replay/sandbox.ts";
import { planSessions } from "../replay/session-plan.ts";

interface ReplayOptions {
  readonly closes: string;
  readonly bettors: number;
  readonly seed: number;
  readonly from?: Temporal.PlainDate | undefined;
  readonly to?: Temporal.PlainDate | undefined;
  readonly keep?: true | undefined;
}

const readText = async (path: string): Promise<string> => {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new UsageError(
      `${path} can't be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
};

/** Thousands of sessions without a fault are no news; what goes wrong is. */
const faultsOnly = (log: Logger): Logger => ({
  ...log,
  debug: () => undefined,
  info: () => undefined,
});

const howToLook = ({ url, dataDir }: ReplaySandbox, apiKey: string): string => {
  const where = dataDir === undefined ? `DATABASE_URL=${url}` : `DATA_DIR=${dataDir}`;
  const look = `CLOSEBELL_API_KEY=${apiKey} ${where} bun run admin rounds`;
  return `Kept: ${dataDir ?? url}\nLook into it with ${look}`;
};

const play = async (
  bench: Bench,
  options: ReplayOptions,
  input: Pick<ReplayInput, "text" | "sessions" | "settings">,
): Promise<Answer> => {
  const { config, terminal, signal } = bench;
  const log = faultsOnly(bench.log);
  const [first] = input.sessions;
  if (first === undefined) throw new Error("a plan has at least one session");
  const mayKeep = options.keep === true;
  const sandbox = await openSandbox({ databaseUrl: config.databaseUrl, log, mayKeep });
  const progress = bench.progress("rounds");
  let keep = false;
  try {
    const { url } = sandbox;
    const at = { now: first.times.opensAt };
    await migrateAll({ url, config, log, sandbox: at, defaultMarket: false });
    const outcome = await runReplay({
      ...input,
      url,
      bettors: options.bettors,
      seed: options.seed,
      ids: replayIds(options.seed),
      log,
      onProgress: progress.update,
      signal,
    });
    progress.end();
    const { audit, differences } = outcome;
    for (const difference of differences) terminal.talk(`Not as the rules say: ${difference}`);
    keep = mayKeep;
    if (keep) terminal.talk(howToLook(sandbox, outcome.apiKey));
    return {
      json: replayJson(outcome),
      text: replayText(outcome, terminal),
      exitCode: audit.ok && differences.length === 0 ? EXIT.ok : EXIT.refused,
    };
  } finally {
    progress.end();
    await sandbox.close({ keep });
  }
};

const replay = async (bench: Bench, options: ReplayOptions): Promise<Answer> => {
  const settings = replayMarket(bench.config.market);
  const exchange = findExchange(settings.exchange);
  if (exchange === undefined) throw new UsageError(`There is no calendar of ${settings.exchange}.`);
  const text = await readText(options.closes);
  const { from, to } = options;
  const closes = parseCloses(text);
  const sessions = planSessions({ exchange, offsets: settings, closes, from, to });
  return play(bench, options, { text, sessions, settings });
};

export const replayCommand: AddCommand = (program, cli) => {
  program
    .command("replay")
    .summary("play a file of closes through the service")
    .description(
      "Plays every session of a CSV of closes (date,close) through the real service on a sandbox database of its own: " +
        "seeded players deposit, bet and withdraw, rounds lock and settle by the file, and the audit ends it. Results are " +
        "compared with the rules worked out without a database. The first close only serves as the next one's predecessor; " +
        "a session the file lacks is void, and so is the one after it. With DATABASE_URL the sandbox is a new database of " +
        "that server, else a PostgreSQL of its own in a temporary folder.",
    )
    .requiredOption("--closes <file>", "CSV of closes, oldest first, with the header date,close")
    .requiredOption("--bettors <n>", "players, 1 to 500", wholeNumber(1, 500))
    .requiredOption(
      "--seed <n>",
      "the same seed plays the same game, to the unit",
      wholeNumber(0, 2 ** 32 - 1),
    )
    .option(
      "--from <YYYY-MM-DD>",
      "first session to play; default: the file's second",
      dateArgument,
    )
    .option("--to <YYYY-MM-DD>", "last session to play; default: the file's last", dateArgument)
    .option("--keep", "keep the database, and say how to look into it")
    .action((options) => cli.bare((bench) => replay(bench, options)));
};
