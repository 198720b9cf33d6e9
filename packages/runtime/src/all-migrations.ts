import { migrations as simulation } from "@closebell/adapters/oracle";
import { migrations as custody } from "@closebell/custody";
import { migrations as database, type MigrationSet } from "@closebell/database";
import { migrations as identity } from "@closebell/identity";
import { migrations as ledger } from "@closebell/ledger";
import { migrations as protection } from "@closebell/protection";
import { migrations as rounds } from "@closebell/rounds";

/** Every room's migrations, in the order they build on each other. The queue's tables come from its own library. */
export const ALL_MIGRATIONS: readonly MigrationSet[] = [
  database,
  ledger,
  identity,
  protection,
  rounds,
  custody,
  simulation,
];
