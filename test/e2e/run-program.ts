import { chmod, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export const ROOT = resolve(import.meta.dir, "../..");

/** A folder that also the user of PostgreSQL may enter; gone when disposed. */
export interface ScratchFolder extends AsyncDisposable {
  readonly path: string;
}

export const scratchFolder = async (): Promise<ScratchFolder> => {
  const path = await mkdtemp(join(tmpdir(), "closebell-e2e-"));
  await chmod(path, 0o755);
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
};

/** A program of the workspace that runs. Killed when disposed. */
export interface Program extends AsyncDisposable {
  readonly pid: number;
  readonly exited: Promise<number>;
  stdout(): string;
  stderr(): string;
  kill(signal: NodeJS.Signals): void;
  /** Waits for the line of the log with this message, and answers its fields. */
  logged(message: string): Promise<Record<string, unknown>>;
}

export interface ProgramOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Runs it as the child of a shell that calls itself so. */
  readonly launcher?: string;
  /** A module of the workspace that is loaded before it. */
  readonly preload?: string;
}

/** What a service needs beside DATABASE_URL; beside an embedded database it makes its own. */
export const BESIDE_A_SERVER = { AUTH_SECRET: `sandbox-${"s".repeat(43)}` };

const collect = (stream: ReadableStream<Uint8Array>): (() => string) => {
  let text = "";
  const decoder = new TextDecoder();
  void (async () => {
    for await (const chunk of stream) text += decoder.decode(chunk, { stream: true });
  })();
  return () => text;
};

const fieldsOf = (line: string): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
};

/** Starts `script` of the workspace, with nothing of the caller's environment that it reads. */
export const runProgram = (
  script: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Program => {
  // whatever a developer keeps in .env is not what is tested
  const { preload } = options;
  const ahead = preload === undefined ? [] : ["--preload", join(ROOT, preload)];
  const command = [process.execPath, "--no-env-file", ...ahead, join(ROOT, script), ...args];
  const { PATH = "", HOME = "/" } = process.env;
  const child = Bun.spawn(
    options.launcher === undefined ? command : ["sh", "-c", `${command.join(" ")}; true`],
    {
      ...(options.launcher === undefined ? {} : { argv0: options.launcher }),
      cwd: ROOT,
      env: {
        PATH,
        HOME,
        ...(options.env?.["DATABASE_URL"] === undefined ? {} : BESIDE_A_SERVER),
        ...options.env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  return {
    pid: child.pid,
    exited: child.exited,
    stdout,
    stderr,
    kill: (signal) => child.kill(signal),
    async logged(message) {
      for (const until = performance.now() + 60_000; performance.now() < until;) {
        const found = stdout()
          .split("\n")
          .map(fieldsOf)
          .find((fields) => fields["msg"] === message);
        if (found !== undefined) return found;
        if (child.exitCode !== null) break;
        await Bun.sleep(20);
      }
      throw new Error(`never said "${message}":\n${stdout()}${stderr()}`);
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
};

/** The process of the PostgreSQL under a data folder. */
export const postgresPid = async (dataDir: string): Promise<number> => {
  const text = await readFile(join(dataDir, "postgres", "postmaster.pid"), "utf8");
  return Number(text.split("\n")[0]);
};

/** Command lines of the processes that name `text`, by what Linux or else `ps` tells. */
export const processesNaming = async (text: string): Promise<readonly string[]> => {
  const pids = await readdir("/proc").catch(() => undefined);
  if (pids === undefined) {
    const listed = await Bun.$`ps -axo pid,command`.quiet().text();
    return listed.split("\n").filter((line) => line.includes(text));
  }
  const lines = await Promise.all(
    pids
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")),
  );
  return lines.map((line) => line.replaceAll("\0", " ")).filter((line) => line.includes(text));
};

/** Waits until `ask` answers yes. */
export const eventually = async (
  what: string,
  ask: () => boolean | Promise<boolean>,
  withinMs = 30_000,
): Promise<void> => {
  for (const until = performance.now() + withinMs; performance.now() < until;) {
    if (await ask()) return;
    await Bun.sleep(25);
  }
  throw new Error(`not within ${withinMs} ms: ${what}`);
};
