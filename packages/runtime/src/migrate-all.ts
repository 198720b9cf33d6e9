import { DomainError, type Logger } from "@closebell/context";
import { setPayoutWait } from "@closebell/custody";
import { migrate, openDatabase } from "@closebell/database";
import { ALL_MIGRATIONS } from "./all-migrations.ts";
import { ensureMarket } from "./ensure-market.ts";
import type { Config } from "./read-config.ts";

export interface MigrateAllOptions {
  /** Its login must be a member of the service's roles, or be allowed to create them. */
  readonly url: string;
  readonly config: Pick<Config, "market" | "payoutWaitHours" | "production">;
  readonly log: Logger;
  /** Makes a new database a sandbox whose clock says `now`; changes nothing on one that is a sandbox already. */
  readonly sandbox?: { readonly now: Temporal.Instant };
  /** False leaves the database without a market, for a replay that brings its own. */
  readonly defaultMarket?: boolean;
}

export interface MigratedAll {
  readonly applied: readonly string[];
  /** How the environment differs from the default market, in words. */
  readonly differs: readonly string[];
}

/** What only the owner of the tables may say, so that whoever has the service's login can't. */
const keepRules = async ({ url, config }: MigrateAllOptions): Promise<void> => {
  const role = { role: "owner", applicationName: "closebell-migrate" } as const;
  const database = openDatabase({ url, max: 1, ...role });
  try {
    await setPayoutWait({ database }, config.payoutWaitHours);
  } finally {
    await database.close();
  }
};

/**
 * Brings a database to what this version needs: every room's migrations, the tables of the queue on PostgreSQL (also where
 * Redis has the queue now), how long payout addresses wait, the default market. Safe to run again, and by several processes at once.
 * @throws DomainError DATABASE_UNAVAILABLE, FORBIDDEN, SANDBOX_ONLY
 */
export const migrateAll = async (options: MigrateAllOptions): Promise<MigratedAll> => {
  const { url, config, log, sandbox } = options;
  if (sandbox !== undefined && config.production) {
    throw new DomainError(
      "SANDBOX_ONLY",
      "NODE_ENV is production, which makes no sandbox. Unset it to play on this database.",
    );
  }
  const { applied } = await migrate({
    url,
    sets: ALL_MIGRATIONS,
    log,
    ...(sandbox === undefined ? {} : { sandbox }),
  });
  const { migrateQueue } = await import("@closebell/adapters/queue");
  await migrateQueue(url);
  await keepRules(options);
  if (options.defaultMarket === false) return { applied, differs: [] };
  const database = openDatabase({ url, max: 1, applicationName: "closebell-migrate" });
  try {
    const { differs } = await ensureMarket({ database, log }, config);
    return { applied, differs };
  } finally {
    await database.close();
  }
};
