import { isLockTimeout, reachable, type Deps } from "@closebell/database";

/**
 * Does `work`, which makes partitions. Where their locks can't be had in time, nothing is made, and it is for whoever
 * comes by next: undefined.
 */
export const unlessLocked = async <T>(
  deps: Pick<Deps, "log">,
  work: () => Promise<T>,
): Promise<T | undefined> => {
  try {
    return await work();
  } catch (error) {
    if (!isLockTimeout(error)) throw error;
    deps.log.warn({ err: error }, "a partition could not be made now; it is tried again");
    return undefined;
  }
};

/**
 * Makes the partitions of this month and the next, if they are not there: so nobody who moves money makes one. Costs two
 * look-ups where they are.
 * @throws DomainError DATABASE_UNAVAILABLE
 */
export const ensurePeriodsAhead = async (deps: Pick<Deps, "database" | "log">): Promise<void> => {
  const { database } = deps;
  await unlessLocked(deps, () =>
    reachable(database.url, async () => {
      await database.sql`select ledger.ensure_periods_ahead()`;
    }),
  );
};
