import { Command, Argument } from "@commander-js/extra-typings";
import { PARTS, type Part } from "./report/targets.ts";

const HELP = `
Parts (all of them where none is named):
  bets    through the verb: one hot round, 1,000 rounds, a lone user, 5,000,000 rows, the lock; pgbench TPC-B, pgledger
  settle  1,000,000 and 10,000,000 bets, memory, other users meanwhile, the audit; minimal SQL, select sum()
  reads   balances; pgbench -S
  http    the API in a process of its own at 256 and 1,000 connections; per-request builds, a constant, a no-op

What it needs: nothing but \`bun install\`; it brings its own PostgreSQL, durable, in a folder under .data that it removes.
pgbench (Debian: postgresql-15), where there is one, for TPC-B and -S; without it these lines are "not measured".
The whole table takes about 25 to 30 minutes on 2 cores, and some 30 GB of disk meanwhile. Leave the machine alone.

Output: the table on stdout (or --json), talk and progress on stderr. A whole run writes bench/results/latest.json,
run.json and plans.txt; --quick, or a run of some parts, only a file there that git ignores.
Exit codes: 0 measured, whatever the figures · 1 books that do not balance, or a fault · 2 the command line ·
            130 stopped by Ctrl-C`;

/** The command line of `bun run bench`. */
export const createProgram = () =>
  new Command("bench")
    .usage("[parts...] [options]")
    .description(
      "Measures Closebell's hot paths beside what they are compared with, in one run on one server.",
    )
    .addArgument(
      new Argument("[parts...]", "what to measure").choices(PARTS).default([] as Part[], "all"),
    )
    .option(
      "--quick",
      "less than a minute: small sizes, every line of code; its figures mean nothing",
    )
    .option("--database <url>", "measure on this server, as a superuser, instead of one of our own")
    .option("--pgledger <dir>", "a folder with the SQL of the pgledger project, to be measured too")
    .option("--write-docs", "put the table of a whole run into docs/performance.md")
    .option("--json", "print the rows as JSON instead of a table")
    .configureHelp({ helpWidth: 118 })
    .addHelpText("after", HELP)
    .exitOverride();
