import { runCli } from "../../apps/admin/src/run-cli.ts";
import { type AdminRun, answerOf, withReason } from "./run-admin.ts";

/** Takes away all that is in this process's environment but `env`. Answers how to put it back. */
const trade = (env: Readonly<Record<string, string>>): (() => void) => {
  const { PATH = "", HOME = "/" } = process.env;
  const before = { ...process.env };
  const put = (values: NodeJS.ProcessEnv) => {
    for (const name of Object.keys(process.env)) delete process.env[name];
    Object.assign(process.env, values);
  };
  put({ PATH, HOME, ...env });
  return () => put(before);
};

/**
 * As `runAdmin`, but in this process: for what a command says and does, where that it is a process of its own is not the
 * point. One at a time.
 */
export const runAdminHere = async (
  env: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<AdminRun> => {
  const said = { stdout: "", stderr: "" };
  const terminal = {
    data: (text: string) => void (said.stdout += `${text}\n`),
    talk: (text: string) => void (said.stderr += `${text}\n`),
    live: false,
    width: 80,
    ask: () => Promise.resolve(undefined),
    piped: () => Promise.resolve(undefined),
    progress: () => undefined,
    bold: (text: string) => text,
  };
  const putBack = trade(env);
  try {
    return { code: await runCli(args, { terminal }), ...said };
  } finally {
    putBack();
  }
};

/** As `askAdmin`, in this process. */
export const askAdminHere = async (
  env: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<unknown> => answerOf(await runAdminHere(env, ...withReason(args), "--json"), args);
