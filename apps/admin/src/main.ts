import { EXIT } from "./output/exit-codes.ts";
import { processTerminal } from "./output/terminal.ts";
import { runCli } from "./run-cli.ts";

process.exitCode = await runCli(process.argv.slice(2), { terminal: processTerminal() });
// an audit that was begun would be waited for until it is through
if (process.exitCode === EXIT.interrupted) process.exit();
