import { fileURLToPath } from "node:url";
import type { MigrationSet } from "./migration-set.ts";

/** Roles' defaults, the clock, the audit log. Every other set builds on it. */
export const migrations: MigrationSet = {
  name: "database",
  folder: fileURLToPath(new URL("../migrations", import.meta.url)),
};
