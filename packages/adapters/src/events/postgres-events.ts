import { Socket } from "node:net";
import type { EventBus } from "@closebell/context";
import type { KeepTiming } from "../connection/keep-open.ts";
import { busOver, type BusOptions } from "./bus-over.ts";
import { type EventConnection, eventLink } from "./event-link.ts";

export interface PostgresEventsOptions extends BusOptions {
  readonly url: string;
  /** Default "closebell_events": an identifier, seen only within the database of `url`. */
  readonly channel?: string;
  readonly timing?: Partial<KeepTiming>;
}

interface OpenOptions {
  readonly url: string;
  readonly channel: string;
  readonly signal: AbortSignal;
  readonly receive: (payload: string) => void;
}

/** Runs each piece of work when the one before it has ended: pg warns of a query that is sent during another. */
const inTurn = () => {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work, work);
    last = mine;
    return mine;
  };
};

const open = async ({ url, channel, signal, receive }: OpenOptions): Promise<EventConnection> => {
  const { default: pg } = await import("pg");
  const { promise: lost, resolve: lose } = Promise.withResolvers<void>();
  // the socket is ours, so that it can be cut where a polite goodbye would hang
  const socket = new Socket();
  const client = new pg.Client({
    connectionString: url,
    application_name: "closebell-events",
    connectionTimeoutMillis: 3_000,
    stream: () => socket,
  });
  const destroy = () => void socket.destroy();
  client.on("error", () => lose());
  client.on("end", () => lose());
  client.on("notification", (notification) => receive(notification.payload ?? ""));
  signal.addEventListener("abort", destroy, { once: true });
  try {
    signal.throwIfAborted();
    await client.connect();
    await client.query(`listen ${client.escapeIdentifier(channel)}`);
  } catch (error) {
    destroy();
    throw error;
  } finally {
    signal.removeEventListener("abort", destroy);
  }
  const queued = inTurn();
  return {
    send: (payload) => queued(() => client.query("select pg_notify($1, $2)", [channel, payload])),
    ping: () => queued(() => client.query("select 1")),
    lost,
    destroy,
  };
};

/**
 * Events over LISTEN and NOTIFY, on a connection of their own and never inside a transaction that does work: a NOTIFY
 * makes commits queue. Connects by itself and again after every loss; what is sent meanwhile does not arrive.
 */
export const postgresEvents = (options: PostgresEventsOptions): EventBus =>
  busOver(options, (receive) => {
    const { url, channel = "closebell_events", log, timing = {} } = options;
    return eventLink({
      name: "postgres-events",
      log,
      timing,
      open: (signal) => open({ url, channel, signal, receive }),
    });
  });
