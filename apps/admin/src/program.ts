import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import type { Globals } from "./session.ts";
import type { Cli } from "./cli.ts";
import type { Terminal } from "./output/terminal.ts";

const HELP = `
Examples:
  $ bun run admin migrate                                    bring the database up to date
  $ bun run admin seed --users 3                             players with play money (simulated chain)
  $ bun run admin bet --user <id> --side UP --amount 12.5    12.5 USDC that the close is above the last one
  $ bun run admin rounds --code 20261123                     one round, and what its price sources said
  $ bun run admin settle-round --code 20261123 --result VOID --reason "exchange outage, notice 2026-118"
  $ bun run admin chain reserves                             does the chain hold what the books say
  $ bun run admin audit                                      check every invariant of the books
  $ bun run admin replay --closes closes.csv --bettors 20 --seed 1

Where it works: DATABASE_URL; without one the PostgreSQL that \`bun run start\` or \`bun run sandbox\` runs under
DATA_DIR (default .data); without one that runs, it starts that PostgreSQL for the time of the command.

Who and why: every command that touches a service is run by somebody, proved by their own API key: CLOSEBELL_API_KEY, or the
one that \`admin login\` keeps, or in a sandbox the operator's it came with. What changes something asks for a reason (--reason);
both are recorded.

Output: data on stdout (a table, or with --json one JSON value), talk and progress on stderr.
Exit codes: 0 done · 1 refused, or a check failed · 2 the command line or environment is wrong ·
            3 no database, overloaded, or a fault of the service · 130 stopped by Ctrl-C`;

/** What a command line that can't be read is told. */
export const HINT = "Add --help for what this command takes.";

/** The program without its commands: the options all of them take, and help that says how it works. */
export const createProgram = (terminal: Terminal) => {
  const program = new Command("admin")
    .usage("<command> [options]")
    .description("Closebell's command line for operators: rounds, money, books, calendar, replay.")
    .option("--json", "print one JSON value instead of a table")
    .option("--market <code>", "which market, where it is not the default one")
    .option("--reason <text>", "why; recorded with what is done")
    .addHelpText("after", HELP)
    .configureHelp({ showGlobalOptions: true, helpWidth: 110 })
    .configureOutput({
      writeOut: (text) => terminal.data(text.trimEnd()),
    })
    .helpCommand(false)
    .showHelpAfterError(HINT)
    .exitOverride();
  return program.configureOutput({
    writeErr: (text) => {
      if (program.opts().json !== true) terminal.talk(text.trimEnd());
    },
  });
};

export type Program = ReturnType<typeof createProgram>;

/** Adds a command to the program. */
export type AddCommand = (program: Program, cli: Cli) => void;

/** The words of a command after the program's own name: "chain withdrawals approve". */
export const wordsOf = (command: CommandUnknownOpts): string => {
  const words: string[] = [];
  for (let each: CommandUnknownOpts | null = command; each?.parent != null; each = each.parent) {
    words.unshift(each.name());
  }
  return words.join(" ");
};

/** The options every command takes, as parsed. */
export const globalsOf = (program: Program): Globals => program.opts();
