import { readFileSync } from "node:fs";

interface ProcessInfo {
  readonly parent: number;
  readonly command: string;
}

/** What Linux tells about a process; undefined where it is gone or the system tells nothing. */
const inspect = (pid: number): ProcessInfo | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
    // the name, in parentheses, may itself hold spaces and parentheses
    const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
    return { parent, command };
  } catch {
    return undefined;
  }
};

const LAUNCHER = /\bnpx\b|\bnpm (exec|run)\b|\bbunx?\b.* run\b/;
const LONGEST_CHAIN = 8;

/** Each process from us up to the outermost launcher among our ancestors, with its parent; empty without a launcher. */
const launchChain = (): readonly (readonly [pid: number, parent: number])[] => {
  const chain: (readonly [number, number])[] = [];
  let launched = 0;
  let pid = process.pid;
  while (chain.length < LONGEST_CHAIN) {
    const parent = inspect(pid)?.parent ?? 0;
    if (parent <= 1) break;
    chain.push([pid, parent]);
    if (LAUNCHER.test(inspect(parent)?.command ?? "")) launched = chain.length;
    pid = parent;
  }
  return chain.slice(0, launched);
};

const watch = (isWhole: () => boolean, callback: () => void): void => {
  const timer = setInterval(() => {
    if (isWhole()) return;
    clearInterval(timer);
    callback();
  }, 500);
  timer.unref();
};

/**
 * Calls back once when what launched us (npx, npm, `bun run`) is gone: killed alone, it leaves us behind, holding the port,
 * and passes no signal on. Does nothing where no launcher did. Outside Linux only the nearest one is seen.
 */
export const onLauncherExit = (callback: () => void): void => {
  if (process.platform === "linux") {
    const chain = launchChain();
    if (chain.length === 0) return;
    watch(() => chain.every(([pid, parent]) => inspect(pid)?.parent === parent), callback);
    return;
  }
  if (process.env["npm_lifecycle_event"] === undefined) return;
  const parent = process.ppid;
  watch(() => process.ppid === parent, callback);
};
