import { readMigrationFiles } from "drizzle-orm/migrator";

/** A room's migrations: a folder in drizzle's format, applied in the order of its journal. */
export interface MigrationSet {
  /** The room's name; lower-case letters. */
  readonly name: string;
  readonly folder: string;
}

/** One migration as its folder has it. `when` is its place in the order. */
export interface Migration {
  readonly set: string;
  readonly when: bigint;
  readonly hash: string;
}

/** The table, in schema `database`, that remembers which migrations of a set were applied. */
export const migrationTable = (set: MigrationSet): string => {
  if (!/^[a-z]+$/.test(set.name)) throw new Error(`bad name of a migration set: ${set.name}`);
  return `migrations_${set.name}`;
};

/** Reads a set's folder; fails where its journal or a file of it is missing. */
export const readMigrations = (set: MigrationSet): readonly Migration[] =>
  readMigrationFiles({ migrationsFolder: set.folder }).map((migration) => ({
    set: set.name,
    when: BigInt(migration.folderMillis),
    hash: migration.hash,
  }));
