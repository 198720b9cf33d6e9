import { randomIds, type By, type Logger } from "@closebell/context";
import { operatorActor } from "@closebell/identity";
import { createLogger, readConfig, type Config, type Runtime } from "@closebell/runtime";
import { connect } from "./connect.ts";
import { operatorName } from "./operator-name.ts";
import { type Answer, jsonLine } from "./output/answer.ts";
import { EXIT, type ExitCode } from "./output/exit-codes.ts";
import { createProgress, type Progress } from "./output/progress.ts";
import type { Terminal } from "./output/terminal.ts";
import { UsageError } from "./output/usage-error.ts";

/** Options that every command takes. */
export interface Globals {
  readonly json?: true | undefined;
  readonly market?: string | undefined;
  readonly reason?: string | undefined;
}

/** What a command works with that needs no database. */
export interface Bench {
  readonly globals: Globals;
  readonly config: Config;
  readonly log: Logger;
  readonly terminal: Terminal;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  progress(label: string): Progress;
}

/** What a command works with on the database. */
export interface Session extends Bench {
  readonly runtime: Runtime;
  /** True where the service itself runs on this database. */
  readonly attached: boolean;
  /** The operator who runs this command, in this request, and why. */
  by(): Promise<By>;
  /** The same, for what may not be done without saying why. @throws UsageError without --reason */
  byWithReason(): Promise<By>;
}

/** Runs commands: connects, prints their answers, remembers the exit code. */
export interface Cli {
  /** For commands that find their own database, or none. */
  bare(work: (bench: Bench) => Promise<Answer>): Promise<void>;
  /** For commands on the service's database. */
  run(work: (session: Session) => Promise<Answer>): Promise<void>;
  exitCode(): ExitCode;
}

/** A command says what it did itself; the log adds what went wrong. */
const quietLog = (config: Config): Logger => {
  const debug = config.logLevel === "debug" || config.logLevel === "trace";
  const logLevel = debug ? config.logLevel : "warn";
  return createLogger({ ...config, logLevel, stream: "stderr", name: "admin" });
};

const reasonOf = ({ reason }: Globals): string | undefined =>
  reason === undefined || reason.trim() === "" ? undefined : reason.trim();

const byOf = async (runtime: Runtime, reason: string | undefined): Promise<By> => ({
  actor: await operatorActor(runtime, { name: operatorName() }),
  requestId: randomIds.uuid(),
  ...(reason === undefined ? {} : { reason }),
});

/** Ends as soon as `signal` aborts; what was begun goes on until its connection is closed. */
const unlessAborted = async <T>(signal: AbortSignal, work: Promise<T>): Promise<T> => {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  try {
    if (signal.aborted) stop();
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
};

/** @param globals reads the options once the command line is parsed */
export const createCli = (input: {
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  readonly globals: () => Globals;
}): Cli => {
  const { terminal, signal } = input;
  let exitCode: ExitCode = EXIT.ok;

  const benchOf = (): Bench => {
    const config = readConfig();
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

  return {
    exitCode: () => exitCode,
    bare: async (work) => {
      const bench = benchOf();
      finish(bench.globals, await work(bench));
    },
    run: async (work) => {
      const bench = benchOf();
      const { runtime, attached, close } = await connect(bench);
      try {
        const reason = reasonOf(bench.globals);
        const session: Session = {
          ...bench,
          runtime,
          attached,
          by: () => byOf(runtime, reason),
          byWithReason: () => {
            if (reason !== undefined) return byOf(runtime, reason);
            throw new UsageError('Say why: --reason "…". It is recorded with your name.');
          },
        };
        finish(bench.globals, await unlessAborted(signal, work(session)));
      } finally {
        await close();
      }
    },
  };
};
