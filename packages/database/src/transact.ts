import type { DomainEvent, EventBus, Ids, Logger } from "@closebell/context";
import { readClock } from "./clock.ts";
import { isRetryable, reachable, sqlStateOf } from "./errors.ts";
import type { Database, Work } from "./database.ts";

/** What every verb is given; rooms extend it by the ports they need. */
export interface Deps {
  readonly database: Database;
  readonly events: EventBus;
  readonly ids: Ids;
  readonly log: Logger;
}

type Transacting = Pick<Deps, "database" | "events" | "log">;

/**
 * Thrown inside a unit of work to undo it wholly, and then do something that must stand all the same (record a request):
 * `next` runs after the rollback, outside any transaction, and returns the error for the caller.
 */
export class Undone extends Error {
  readonly next: (deps: Transacting) => Promise<Error>;

  constructor(next: (deps: Transacting) => Promise<Error>) {
    super("undone");
    this.next = next;
  }
}

const MAX_RETRIES = 3;

/**
 * Runs `body` in one READ COMMITTED transaction. A deadlock or serialization failure runs it again, up to 3 times, so it
 * must do nothing that outlives a rollback. Events go out after the commit. Where `deps` are those of a unit of work
 * already (`joinWork`), `body` is a part of that.
 * @throws DomainError DATABASE_UNAVAILABLE, and whatever `body` throws
 */
export const transact = async <T>(
  deps: Transacting,
  body: (work: Work) => Promise<T>,
): Promise<T> => {
  if (deps.database.work !== undefined) return body(deps.database.work);
  for (let attempt = 0; ; attempt += 1) {
    const events: DomainEvent[] = [];
    try {
      const result = await reachable(deps.database.url, () =>
        deps.database.orm.transaction((tx) =>
          body({ tx, now: () => readClock(tx), emit: (event) => void events.push(event) }),
        ),
      );
      for (const event of events) deps.events.publish(event);
      return result;
    } catch (error) {
      if (error instanceof Undone) throw await error.next(deps);
      if (attempt >= MAX_RETRIES || !isRetryable(error)) throw error;
      deps.log.warn({ sqlState: sqlStateOf(error), attempt: attempt + 1 }, "transaction retried");
      await Bun.sleep(5 * 2 ** attempt);
    }
  }
};
