import { DomainError } from "@closebell/context";
import { holdsPlayMoney, holdsRealMoney } from "@closebell/custody";
import { type Database, isSandbox, pendingMigrations } from "@closebell/database";
import { ALL_MIGRATIONS } from "./all-migrations.ts";
import { type ChainConfig, isWorthSomething } from "./chain-config.ts";

/**
 * Whether a process may run on this database, and whether it is a sandbox.
 * @throws DomainError DATABASE_UNAVAILABLE where it can't be reached or was not migrated; SANDBOX_ONLY for a sandbox in
 * production or on a chain whose money is worth something, for a real chain on a database that holds play money, and for a
 * simulated one on the books of a real one
 */
export const checkDatabase = async (
  database: Database,
  options: { readonly production: boolean; readonly chain: ChainConfig },
): Promise<{ readonly sandbox: boolean }> => {
  const pending = await pendingMigrations(database, ALL_MIGRATIONS);
  if (pending.length > 0) {
    throw new DomainError(
      "DATABASE_UNAVAILABLE",
      `The database lacks migrations of ${pending.join(", ")}. Run \`bun run admin migrate\`.`,
    );
  }
  const sandbox = await isSandbox(database);
  if (sandbox && options.production) {
    throw new DomainError(
      "SANDBOX_ONLY",
      "This database is a sandbox, whose clock is moved by hand; production does not run on one. Name another database in DATABASE_URL, or unset NODE_ENV to play on this one.",
    );
  }
  if (sandbox && isWorthSomething(options.chain)) {
    throw new DomainError(
      "SANDBOX_ONLY",
      "This database is a sandbox, whose clock is moved by hand; only play money may be at stake on it. Set CHAIN to simulated, or use a chain of your own (id 31337 or 1337).",
    );
  }
  if (options.chain.kind === "simulated") {
    const real = await holdsRealMoney({ database });
    if (real === undefined) return { sandbox };
    throw new DomainError(
      "SANDBOX_ONLY",
      `This database has the books of ${real}, a real chain, and a simulated one would make money up in them. Set CHAIN=evm and the EVM_* that its other processes have, or name another database in DATABASE_URL.`,
    );
  }
  if (await holdsPlayMoney({ database })) {
    throw new DomainError(
      "SANDBOX_ONLY",
      "This database holds play money, from a simulated chain or credited out of nothing, which a real chain would pay out. Use a new database.",
    );
  }
  return { sandbox };
};
