import { explain } from "@closebell/runtime";
import { runDevChain } from "./dev-chain/run-dev-chain.ts";
import { playDemo } from "./play-demo.ts";
import { readCommand } from "./read-command.ts";
import { runService } from "./run-service.ts";

const USAGE = `Usage: bun run start | sandbox | demo | dev:chain

  start     the service on real time, with a PostgreSQL of its own under .data/
  sandbox   the same on a clock that you move, under .data/sandbox/
  dev:chain the sandbox with an EVM chain of its own beside it: real deposits and payments of worthless money
  demo      plays one round in seconds on a throw-away database, and checks the books at each step

None takes options: settings come from the environment or .env, as in \`PORT=9000 bun run start\`; .env.example has them all.
`;

const run = async (args: readonly string[]): Promise<number | undefined> => {
  switch (readCommand(args)) {
    case "start":
      await runService({ sandbox: false });
      return undefined;
    case "sandbox":
      await runService({ sandbox: true });
      return undefined;
    case "dev:chain":
      await runDevChain();
      return undefined;
    case "demo":
      return await playDemo((line) => console.log(line));
    case "help":
      console.log(USAGE);
      return 0;
    case undefined:
      console.error(USAGE);
      return 2;
  }
};

try {
  const code = await run(process.argv.slice(2));
  if (code !== undefined) process.exit(code);
} catch (error) {
  console.error(explain(error));
  process.exit(1);
}
