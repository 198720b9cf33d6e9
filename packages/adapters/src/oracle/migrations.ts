import type { MigrationSet } from "@closebell/database";
import { fileURLToPath } from "node:url";

/** Schema `simulation`: what the simulated sources were told to say. Schema `limits`: how often callers did what is limited. */
export const migrations: MigrationSet = {
  name: "adapters",
  folder: fileURLToPath(new URL("../../migrations", import.meta.url)),
};
