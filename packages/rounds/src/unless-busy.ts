import { reachable, type Deps } from "@closebell/database";

/** How long a task is kept for a process that stands still or can't be reached. */
const LEASE_MS = 30_000;

/**
 * Runs `work` unless another process is at the same `task`; then it gives undefined at once. The lock is a session's own,
 * so it holds no transaction open. The server ends a session that says nothing for `leaseMs` of real time, and its lock
 * with it: whoever stands still does not keep the others from going on, and may find them at it when he goes on himself.
 * @throws DomainError DATABASE_UNAVAILABLE, and what `work` throws
 */
export const unlessBusy = <T>(
  { database }: Pick<Deps, "database">,
  task: string,
  work: () => Promise<T>,
  leaseMs = LEASE_MS,
): Promise<T | undefined> =>
  reachable(database.url, async () => {
    const session = await database.sql.reserve();
    try {
      const [row] = await session<[{ got: boolean }]>`
        with lock as materialized (select pg_try_advisory_lock(hashtextextended(${task}, 0)) as got)
        select got, case when got then set_config('idle_session_timeout', ${String(leaseMs)}, false) end from lock`;
      if (!row.got) return undefined;
      const stay = setInterval(() => void session`select`.catch(() => undefined), leaseMs / 3);
      try {
        return await work();
      } finally {
        clearInterval(stay);
        // where the session has ended, so has the lock
        await session`
          select pg_advisory_unlock(hashtextextended(${task}, 0)), set_config('idle_session_timeout', '0', false)`.catch(
          () => undefined,
        );
      }
    } finally {
      session.release();
    }
  });
