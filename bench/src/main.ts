import { CommanderError } from "@commander-js/extra-typings";
import { explain } from "@closebell/runtime";
import { createProgram } from "./program.ts";
import { showTable } from "./report/show-table.ts";
import { PARTS } from "./report/targets.ts";
import { writeDocs } from "./report/write-docs.ts";
import { runBench } from "./run-bench.ts";
import { FULL, QUICK } from "./sizes.ts";

const INTERRUPTED = 130;

const main = async (args: readonly string[]): Promise<number> => {
  const program = createProgram();
  program.parse([...args], { from: "user" });
  const { quick, database, pgledger, json, writeDocs: intoDocs } = program.opts();
  const [named] = program.processedArgs;
  if (intoDocs === true && (quick === true || named.length > 0)) {
    program.error("--write-docs takes a whole run: leave out --quick and the parts.", {
      exitCode: 2,
    });
  }
  const interrupt = new AbortController();
  const stop = () => interrupt.abort(new Error("stopped by Ctrl-C"));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
  try {
    const { rows, circumstances, path } = await runBench({
      parts: named.length === 0 ? PARTS : PARTS.filter((part) => named.includes(part)),
      sizes: quick === true ? QUICK : FULL,
      databaseUrl: database,
      pgledger,
      signal: interrupt.signal,
      stderr: process.stderr,
    });
    process.stdout.write(
      json === true ? `${JSON.stringify(rows, null, 2)}\n` : `${showTable(rows)}\n`,
    );
    if (quick === true) console.error("--quick: every line of code ran; the figures mean nothing.");
    console.error(`written to ${path}`);
    if (intoDocs === true) console.error(`written to ${await writeDocs(rows, circumstances)}`);
    return 0;
  } catch (error) {
    const stopped = interrupt.signal.aborted;
    console.error(stopped ? "stopped; nothing was written" : explain(error));
    return stopped ? INTERRUPTED : 1;
  }
};

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? 0 : 2;
}
process.exit();
