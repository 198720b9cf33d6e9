import {
  createRuntime,
  migrateAll,
  openPlace,
  type Place,
  type Config,
  type Runtime,
} from "@closebell/runtime";
import type { Logger } from "@closebell/context";
import type { Terminal } from "./output/terminal.ts";

/** The service as a command uses it, and how it came to its database. */
export interface Connection {
  readonly runtime: Runtime;
  /** True where another process runs the service on this database; false where it may be nobody. */
  readonly attached: boolean;
  readonly place: Place;
  /** The database, by the name its keys are kept under: an embedded one's folder, or server and database. */
  readonly service: string;
  close(): Promise<void>;
}

/** A command does one thing at a time; the audit has a connection of its own. */
const CONNECTIONS = 4;

const serviceOf = ({ dataDir, url }: Place): string => {
  if (dataDir !== undefined) return dataDir;
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
};

/**
 * Connects to DATABASE_URL; without one to the embedded PostgreSQL that runs; without one that runs, starts it for as
 * long as the command takes, and brings it up to date.
 * @throws DomainError DATABASE_UNAVAILABLE, SANDBOX_ONLY
 */
export const connect = async (input: {
  readonly config: Config;
  readonly log: Logger;
  readonly terminal: Terminal;
}): Promise<Connection> => {
  const { config, log, terminal } = input;
  const place = await openPlace({ config, mode: "join", log });
  try {
    if (place.how === "started") {
      const { applied } = await migrateAll({ url: place.url, config, log });
      if (applied.length > 0) terminal.talk(`Migrated ${place.dataDir ?? "the database"}.`);
    }
    const runtime = await createRuntime({
      config,
      log,
      place,
      name: "admin",
      connections: CONNECTIONS,
      signs: true,
    });
    return {
      runtime,
      attached: place.how === "attached",
      place,
      service: serviceOf(place),
      close: async () => {
        await runtime.stop();
        await place.close();
      },
    };
  } catch (error) {
    await place.close();
    throw error;
  }
};
