import { spawn } from "node:child_process";

/** Who a command runs as; undefined for ourselves. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a command to its end, in a session of its own: a Ctrl-C meant for us must not stop PostgreSQL half way. The
 * environment is bare, so that PG* variables and locales of the caller change nothing.
 */
export const runCommand = (
  command: string,
  args: readonly string[],
  options: { readonly as?: Account | undefined; readonly input?: string } = {},
): Promise<CommandResult> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      ...(options.as === undefined ? {} : { uid: options.as.uid, gid: options.as.gid }),
      cwd: "/",
      env: {
        PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        LC_ALL: "C",
        TZ: "UTC",
      },
      stdio: "pipe",
      detached: true,
    });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk: unknown) => (stdout += String(chunk)));
    child.stderr.on("data", (chunk: unknown) => (stderr += String(chunk)));
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.input ?? "");
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, stdout, stderr }));
  });
