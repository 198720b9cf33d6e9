import { reachable, type Deps } from "@closebell/database";

/**
 * Runs `work` unless another process is at the same `task`; then it gives undefined at once. The lock is a session's own,
 * so it holds no transaction open.
 */
export const unlessBusy = async <T>(
  deps: Pick<Deps, "database">,
  task: string,
  work: () => Promise<T>,
): Promise<T | undefined> => {
  const session = await reachable(deps.database.url, () => deps.database.sql.reserve());
  try {
    const [row] = await session<[{ got: boolean }]>`
      select pg_try_advisory_lock(hashtextextended(${task}, 0)) as got`;
    if (!row.got) return undefined;
    try {
      return await work();
    } finally {
      await session`select pg_advisory_unlock(hashtextextended(${task}, 0))`;
    }
  } finally {
    session.release();
  }
};
