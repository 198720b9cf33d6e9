import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Logger } from "@closebell/context";
import { openDatabase } from "@closebell/database";
import { restoreEmbedded, startEmbedded } from "@closebell/database/embedded";
import { auditBooks, type BooksAudit } from "@closebell/runtime";

/** The audit reads every transfer. */
const AUDIT_TIMEOUT_MS = 600_000;

/** Audits the database of an instance that is started for it, and stopped again. */
export const auditInstance = async (dataDir: string, log: Logger): Promise<BooksAudit> => {
  const server = await startEmbedded({ dataDir, log });
  try {
    const { url } = server;
    const database = openDatabase({ url, max: 1, statementTimeoutMs: AUDIT_TIMEOUT_MS });
    try {
      return await auditBooks({ database });
    } finally {
      await database.close();
    }
  } finally {
    await server.stop();
  }
};

/** Restores a backup into a temporary folder, starts it and audits its books: only that shows that it is one. */
export const verifyBackup = async (backup: string, log: Logger): Promise<BooksAudit> => {
  const dataDir = await mkdtemp(join(tmpdir(), "closebell-verify-"));
  try {
    // run by root, PostgreSQL runs as another user, who must get through
    await chmod(dataDir, 0o755);
    await restoreEmbedded({ from: backup, dataDir, force: false });
    return await auditInstance(dataDir, log);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
};
