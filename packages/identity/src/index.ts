import { fileURLToPath } from "node:url";
import type { MigrationSet } from "@closebell/database";

export * from "./create-user.ts";
export * from "./get-user.ts";
export * from "./list-users.ts";
export * from "./operator-actor.ts";
export type { Principal } from "./principal.ts";
export * from "./roles.ts";
export type { User } from "./user.ts";

export const migrations: MigrationSet = {
  name: "identity",
  folder: fileURLToPath(new URL("../migrations", import.meta.url)),
};
