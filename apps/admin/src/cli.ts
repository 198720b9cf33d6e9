import { randomIds, type By, type Logger } from "@closebell/context";
import { createLogger, readConfig, type Config, type ReadOptions } from "@closebell/runtime";
import { connect, type Connection } from "./connect.ts";
import { doorOf } from "./doors.ts";
import { type Answer, jsonLine } from "./output/answer.ts";
import { EXIT, type ExitCode } from "./output/exit-codes.ts";
import { createProgress } from "./output/progress.ts";
import type { Terminal } from "./output/terminal.ts";
import type { Bench, Connected, Globals, Session } from "./session.ts";
import { unlessAborted } from "./unless-aborted.ts";
import { authenticate } from "./who/authenticate.ts";
import { reasonFor } from "./who/reason.ts";

/** Runs commands: connects, prints their answers, remembers the exit code. */
export interface Cli {
  /** For commands that find their own database, or none. */
  bare(work: (bench: Bench) => Promise<Answer>): Promise<void>;
  /** For commands on the service's database by which somebody comes to a key. */
  anybody(work: (connected: Connected) => Promise<Answer>): Promise<void>;
  /** For commands on the service's database, for whoever the table of doors lets in. */
  run(work: (session: Session) => Promise<Answer>): Promise<void>;
  exitCode(): ExitCode;
}

/** A command says what it did itself; the log adds what went wrong. */
const quietLog = (config: Config): Logger => {
  const debug = config.logLevel === "debug" || config.logLevel === "trace";
  const logLevel = debug ? config.logLevel : "warn";
  return createLogger({ ...config, logLevel, stream: "stderr", name: "admin" });
};

const admit = async (bench: Bench, connection: Connection, command: string, reason?: string) => {
  const door = doorOf(command);
  if (door === undefined) throw new Error(`${command} asks nobody who they are.`);
  const principal = await authenticate(bench, connection, command, door);
  const by: By = {
    actor: principal.actor,
    requestId: randomIds.uuid(),
    ...(reason === undefined ? {} : { reason }),
  };
  const { runtime, service, attached } = connection;
  return { ...bench, runtime, service, attached, principal, by } satisfies Session;
};

/**
 * @param globals reads the options once the command line is parsed
 * @param command the command that runs, by its words
 */
export const createCli = (input: {
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  readonly globals: () => Globals;
  readonly command: () => string;
}): Cli => {
  const { terminal, signal } = input;
  let exitCode: ExitCode = EXIT.ok;

  const benchOf = (options: ReadOptions = {}): Bench => {
    const config = readConfig(undefined, options);
    return {
      globals: input.globals(),
      config,
      log: quietLog(config),
      terminal,
      signal,
      progress: (label) => createProgress(terminal, label),
    };
  };

  const finish = (globals: Globals, answer: Answer): void => {
    terminal.data(globals.json === true ? jsonLine(answer.json) : answer.text);
    exitCode = answer.exitCode ?? EXIT.ok;
  };

  const refuseUnlessOpen = (): void => {
    const command = input.command();
    if (doorOf(command) !== undefined) throw new Error(`${command} must ask who runs it.`);
  };

  /** Connects, works, prints, and closes again whatever happened. */
  const onDatabase = async (
    bench: Bench,
    work: (connection: Connection) => Promise<Answer>,
  ): Promise<void> => {
    const connection = await unlessAborted(signal, connect(bench));
    try {
      finish(bench.globals, await unlessAborted(signal, work(connection)));
    } finally {
      await connection.close();
    }
  };

  return {
    exitCode: () => exitCode,
    bare: async (work) => {
      refuseUnlessOpen();
      const bench = benchOf({ asksPrices: false });
      finish(bench.globals, await work(bench));
    },
    anybody: (work) => {
      refuseUnlessOpen();
      const bench = benchOf();
      return onDatabase(bench, ({ runtime, service }) => work({ ...bench, runtime, service }));
    },
    run: async (work) => {
      const command = input.command();
      const bench = benchOf();
      const changes = doorOf(command)?.changes === true;
      const reason = changes ? await reasonFor(bench.globals.reason, terminal) : undefined;
      await onDatabase(bench, async (connection) =>
        work(await admit(bench, connection, command, reason)),
      );
    },
  };
};
