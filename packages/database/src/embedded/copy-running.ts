import { copyFile, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { connect, type SqlClient } from "../connect.ts";
import { type Copied, copyTree, type CopyRule } from "./copy-tree.ts";

// PostgreSQL, "Making a Base Backup Using the Low Level API": what a copy must not take along.
const EMPTY = new Set([
  "pg_wal",
  "pg_replslot",
  "pg_dynshmem",
  "pg_notify",
  "pg_serial",
  "pg_snapshots",
  "pg_stat_tmp",
  "pg_subtrans",
]);
const SKIP = /(^|\/)(postmaster\.(pid|opts)|pgsql_tmp[^/]*|pg_internal\.init|server\.log(\.old)?)$/;

const rule: CopyRule = (path) => {
  if (SKIP.test(path)) return "skip";
  return EMPTY.has(path) ? "empty" : "copy";
};

interface Stopped {
  readonly label: string;
  readonly lastSegment: string;
}

const stopBackup = async (session: Pick<SqlClient, "unsafe">): Promise<Stopped> => {
  const [stopped] = await session.unsafe<Stopped[]>(
    `select labelfile as label, pg_walfile_name(lsn) as "lastSegment" from pg_backup_stop(false)`,
  );
  if (stopped === undefined) throw new Error("pg_backup_stop returned no row");
  return stopped;
};

/** The log from the backup's begin to its end: without it the copied files are of no one moment. */
const copyLog = async (
  from: string,
  to: string,
  segments: { readonly first: string; readonly last: string },
): Promise<Copied> => {
  const copied = { files: 0, bytes: 0 };
  for (const name of await readdir(join(from, "pg_wal"))) {
    const isSegment =
      /^[0-9A-F]{24}$/.test(name) && name >= segments.first && name <= segments.last;
    if (!isSegment && !name.endsWith(".history")) continue;
    const path = join(to, "pg_wal", name);
    await copyFile(join(from, "pg_wal", name), path);
    copied.files += 1;
    copied.bytes += (await stat(path)).size;
  }
  return copied;
};

/**
 * Copies the folder of a running server so that a server started on the copy recovers to the moment the copy ended.
 * A slot of the session's own keeps the log it needs from being recycled.
 */
export const copyRunning = async (url: string, from: string, to: string): Promise<Copied> => {
  const sql = connect({ url, max: 1, parameters: { application_name: "closebell-backup" } });
  try {
    const session = await sql.reserve();
    try {
      const slot = `closebell_backup_${process.pid}`;
      await session`select pg_create_physical_replication_slot(${slot}, true, true)`;
      const [started] = await session<{ segment: string }[]>`
        select pg_walfile_name(pg_backup_start('closebell', true)) as segment`;
      if (started === undefined) throw new Error("pg_backup_start returned no row");
      const files = await copyTree(from, to, rule);
      const { label, lastSegment } = await stopBackup(session);
      await writeFile(join(to, "backup_label"), label, { mode: 0o600 });
      const log = await copyLog(from, to, { first: started.segment, last: lastSegment });
      return { files: files.files + log.files, bytes: files.bytes + log.bytes };
    } finally {
      session.release();
    }
  } finally {
    // the session's end drops the slot, and gives up a backup that failed
    await sql.end({ timeout: 5 });
  }
};
