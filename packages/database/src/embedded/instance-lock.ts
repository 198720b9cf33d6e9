import { Database } from "bun:sqlite";

/** Held for as long as this process serves a data folder. */
export interface InstanceLock {
  release(): void;
}

/**
 * Takes the lock of a data folder, or returns undefined while another process holds it. The operating system drops it when
 * the process ends, however it ends; SQLite is the file locking that comes with Bun.
 */
export const takeInstanceLock = (path: string): InstanceLock | undefined => {
  const file = new Database(path, { create: true, readwrite: true });
  try {
    file.run("pragma busy_timeout = 0");
    file.run("begin exclusive");
  } catch (error) {
    file.close();
    if (error instanceof Error && "code" in error && error.code === "SQLITE_BUSY") return undefined;
    throw error;
  }
  return { release: () => file.close() };
};
