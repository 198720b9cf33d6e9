import { connect } from "../connect.ts";
import { migrate } from "../migrate.ts";
import type { MigrationSet } from "../migration-set.ts";
import { TEMPLATES, withDatabase } from "./scratch-database.ts";

/** Where a sandbox of a test begins: a Friday morning, before the session. */
const SANDBOX_NOW = Temporal.Instant.from("2026-11-20T12:00:00Z");

/** Makes the two template databases on a new server, with `sets` applied, for `scratchDatabase` to clone. */
export const prepareTemplates = async (
  serverUrl: string,
  sets: readonly MigrationSet[],
): Promise<void> => {
  const admin = connect({ url: serverUrl, max: 1, parameters: {} });
  try {
    for (const name of Object.values(TEMPLATES)) {
      await admin.unsafe(`create database ${name} template template0`);
      await migrate({
        url: withDatabase(serverUrl, name),
        sets,
        ...(name === TEMPLATES.sandbox ? { sandbox: { now: SANDBOX_NOW } } : {}),
      });
      await admin.unsafe(`alter database ${name} with is_template true allow_connections false`);
    }
  } finally {
    await admin.end({ timeout: 1 });
  }
};
