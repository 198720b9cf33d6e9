import { CommanderError } from "commander";
import { readConfig } from "@closebell/runtime";
import { createCli } from "./cli.ts";
import { COMMANDS } from "./commands/index.ts";
import { EXIT, type ExitCode } from "./output/exit-codes.ts";
import { failureOf, failureText, Interrupted } from "./output/failure.ts";
import type { Terminal } from "./output/terminal.ts";
import { UsageError } from "./output/usage-error.ts";
import { createProgram, globalsOf, HINT, wordsOf } from "./program.ts";

/** A group without a command shows its help instead, and has no message. */
const messageOfParsing = ({ code, message }: CommanderError): string =>
  code === "commander.help"
    ? `Name a command. ${HINT}`
    : `${message.replace(/^error: /, "").replaceAll("\n", " ")} ${HINT}`;

/** Showing help is no error. Commander has told people itself by then, and machines nothing. */
const endOfParsing = (error: CommanderError, terminal: Terminal, json: boolean): ExitCode => {
  if (error.exitCode === 0) return EXIT.ok;
  if (json) {
    const failure = failureOf(new UsageError(messageOfParsing(error)), { debug: false });
    terminal.talk(failureText(failure, json));
  }
  return EXIT.usage;
};

/** LOG_LEVEL=debug shows stacks. An environment that can't be read is told of elsewhere. */
const wantsDebug = (): boolean => {
  try {
    return ["debug", "trace"].includes(readConfig().logLevel);
  } catch {
    return false;
  }
};

/** Runs one command line (without the program's name) and returns its exit code. */
export const runCli = async (
  args: readonly string[],
  options: { readonly terminal: Terminal },
): Promise<number> => {
  const { terminal } = options;
  const interrupt = new AbortController();
  const stop = () => interrupt.abort(new Interrupted());
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, stop);
  const program = createProgram(terminal);
  let command = "";
  program.hook("preAction", (_program, action) => void (command = wordsOf(action)));
  const cli = createCli({
    terminal,
    signal: interrupt.signal,
    globals: () => globalsOf(program),
    command: () => command,
  });
  for (const add of COMMANDS) add(program, cli);
  if (args.length === 0) {
    program.outputHelp();
    return EXIT.ok;
  }
  try {
    await program.parseAsync([...args], { from: "user" });
    return cli.exitCode();
  } catch (error) {
    const json = globalsOf(program).json === true;
    if (error instanceof CommanderError) return endOfParsing(error, terminal, json);
    const failure = failureOf(error, { debug: wantsDebug() });
    terminal.talk(failureText(failure, json));
    return failure.exitCode;
  } finally {
    for (const signal of ["SIGINT", "SIGTERM"]) process.off(signal, stop);
  }
};
