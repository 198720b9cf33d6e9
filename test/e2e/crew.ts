import { randomIds } from "../../packages/context/src/index.ts";
import { memoryEvents, silentLogger } from "../../packages/context/src/testing.ts";
import { openDatabase } from "../../packages/database/src/index.ts";
import { staffWith } from "../../packages/identity/src/testing/index.ts";
import { readSandboxCredentials } from "../../packages/runtime/src/index.ts";
import { type AdminRun, answerOf, runAdmin, textAt } from "./run-admin.ts";

type Environment = Readonly<Record<string, string>>;

/** Two members of staff who may do everything: the environments their commands run in. */
export interface Crew {
  readonly operator: Environment;
  readonly second: Environment;
}

/** Hires them on the migrated database of DATABASE_URL. */
export const crewOn = async (
  env: Environment & { readonly DATABASE_URL: string },
): Promise<Crew> => {
  const database = openDatabase({ url: env.DATABASE_URL, max: 1 });
  const deps = { database, events: memoryEvents(), ids: randomIds, log: silentLogger };
  try {
    const [operator, second] = [
      await staffWith(deps, undefined, "operator"),
      await staffWith(deps, undefined, "second"),
    ];
    return {
      operator: { ...env, CLOSEBELL_API_KEY: operator.apiKey },
      second: { ...env, CLOSEBELL_API_KEY: second.apiKey },
    };
  } finally {
    await database.close();
  }
};

/** Those that `sandbox` came with, whose credentials are under `dir`. */
export const crewOf = async (env: Environment, dir: string): Promise<Crew> => {
  const credentials = await readSandboxCredentials(dir);
  if (credentials === undefined) throw new Error(`there are no credentials under ${dir}`);
  return {
    operator: { ...env, CLOSEBELL_API_KEY: credentials.OPERATOR_KEY },
    second: { ...env, CLOSEBELL_API_KEY: credentials.SECOND_KEY },
  };
};

const REASON = ["--reason", "as the test says"] as const;

/** How a command is run: as a process of its own, or in this one. */
type Run = (env: Environment, ...args: readonly string[]) => Promise<AdminRun>;

/** What `args` answer once the second of two has approved them; fails where they take one alone. */
export const askTwo = async (
  { operator, second }: Crew,
  args: readonly string[],
  run: Run = runAdmin,
): Promise<unknown> => {
  const first = await run(operator, ...args, "--json");
  if (first.code !== 1) throw new Error(`${args.join(" ")} took nobody else: ${first.stderr}`);
  // a warning may come before it
  const told: unknown = JSON.parse(first.stderr.trim().split("\n").at(-1) ?? "");
  const id = textAt(told, "error", "approvalId");
  const approve = ["approvals", "approve", id, ...REASON, "--json"];
  answerOf(await run(second, ...approve), approve);
  return answerOf(await run(operator, ...args, "--json"), args);
};
