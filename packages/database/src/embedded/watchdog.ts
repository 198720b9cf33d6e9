import { spawn } from "node:child_process";
import type { Account } from "./run-command.ts";

/** Stops another process when its owner is gone. */
export interface Watchdog {
  dismiss(): void;
}

/**
 * Interrupts process `pid`, which PostgreSQL takes for a fast shutdown, as soon as this process ends, even by `kill -9`: a shell waits on a pipe that only
 * we hold open. Windows has no such shell, and none is set there.
 */
export const setWatchdog = (pid: number, as: Account | undefined): Watchdog => {
  if (process.platform === "win32") return { dismiss: () => undefined };
  const shell = spawn("/bin/sh", ["-c", 'read -r _; kill -INT "$0"', String(pid)], {
    ...(as === undefined ? {} : { uid: as.uid, gid: as.gid }),
    cwd: "/",
    env: {},
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  shell.unref();
  return { dismiss: () => void shell.kill("SIGKILL") };
};
