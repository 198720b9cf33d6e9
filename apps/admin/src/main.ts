import { processTerminal } from "./output/terminal.ts";
import { runCli } from "./run-cli.ts";

process.exitCode = await runCli(process.argv.slice(2), { terminal: processTerminal() });
