import type { EventBus, Ids, Logger } from "@closebell/context";

export interface CreateEventsOptions {
  readonly redisUrl: string | undefined;
  readonly databaseUrl: string;
  readonly log: Logger;
  readonly ids: Ids;
}

/** Events over Redis where there is one, else over PostgreSQL; pool totals thinned out. */
export const createEvents = async (options: CreateEventsOptions): Promise<EventBus> => {
  const { redisUrl, databaseUrl, log, ids } = options;
  const { coalescePools, postgresEvents, redisEvents } = await import("@closebell/adapters/events");
  const bus =
    redisUrl === undefined
      ? postgresEvents({ url: databaseUrl, log, ids })
      : redisEvents({ url: redisUrl, log, ids });
  return coalescePools(bus, { log });
};

/** Waits until events travel, but no longer than `ms`: a service starts without them, a command would lose its own. */
export const eventsTravel = async (events: EventBus, ms: number): Promise<boolean> => {
  for (const until = performance.now() + ms; performance.now() < until;) {
    if (events.healthy()) return true;
    await Bun.sleep(10);
  }
  return events.healthy();
};
