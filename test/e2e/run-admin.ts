import { expect } from "bun:test";
import { join } from "node:path";
import { ROOT } from "./run-program.ts";

type Environment = Readonly<Record<string, string>>;

/** One command of the command line that has ended. */
export interface AdminRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `bun run admin` as a process of its own, with nothing of the caller's environment that it reads. */
export const runAdmin = async (env: Environment, ...args: readonly string[]): Promise<AdminRun> => {
  const { PATH = "", HOME = "/" } = process.env;
  const child = Bun.spawn([process.execPath, join(ROOT, "apps/admin/src/main.ts"), ...args], {
    cwd: ROOT,
    env: { PATH, HOME, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return { code: await child.exited, stdout, stderr };
};

/** The one line of JSON that a command says; fails unless it ended with 0. */
export const answerOf = (run: AdminRun, args: readonly string[]): unknown => {
  const { code, stdout, stderr } = run;
  if (code !== 0) throw new Error(`admin ${args.join(" ")} ended with ${code}: ${stderr}`);
  if (stdout.trim().includes("\n")) throw new Error(`more than one line of JSON: ${stdout}`);
  const value: unknown = JSON.parse(stdout);
  return value;
};

/** The same command with a reason, where it has none of its own: most tests are not about why. */
export const withReason = (args: readonly string[]): readonly string[] =>
  args.includes("--reason") ? args : [...args, "--reason", "as the test says"];

/** Runs it with `--json`, for whatever reason, and reads what it says; fails unless it ended with 0. */
export const askAdmin = async (env: Environment, ...args: readonly string[]): Promise<unknown> =>
  answerOf(await runAdmin(env, ...withReason(args), "--json"), args);

/** What stands under `path` in a JSON value. */
export const at = (value: unknown, ...path: readonly (string | number)[]): unknown =>
  path.reduce((inner: unknown, key) => Reflect.get(Object(inner), key), value);

/** The text that stands there; fails where there is none. */
export const textAt = (value: unknown, ...path: readonly (string | number)[]): string => {
  const found = at(value, ...path);
  if (typeof found === "string") return found;
  throw new Error(`no text at ${path.join(".")} of ${JSON.stringify(value)}`);
};

/** The command ended with this code, said this on stderr, and nothing on stdout. */
export const refused = (run: AdminRun, exitCode: number, said: string): void => {
  expect(run.stderr).toContain(said);
  expect(run).toMatchObject({ code: exitCode, stdout: "" });
};

/** The round that takes bets now. */
export const openRound = async (env: Environment, ask = askAdmin): Promise<unknown> =>
  at(await ask(env, "rounds", "--state", "OPEN"), "items", 0);

/** A player's line of `users`. */
export const balanceOf = async (
  env: Environment,
  user: string,
  ask = askAdmin,
): Promise<unknown> => {
  const items = at(await ask(env, "users"), "items");
  return Array.isArray(items) ? items.find((item) => at(item, "id") === user) : undefined;
};
