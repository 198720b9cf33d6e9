import postgres from "postgres";

const parseInstant = (text: string): Temporal.Instant => Temporal.Instant.from(text);
/** Refuses a Date, which PostgreSQL would read in the host's time zone. */
const writeInstant = (value: unknown): string => {
  if (value instanceof Temporal.Instant) return value.toString();
  if (typeof value === "string") return value;
  throw new TypeError("timestamptz takes a Temporal.Instant or RFC 3339 text");
};
const asText = (value: unknown): string => String(value);

const types = {
  bigint: postgres.BigInt,
  instant: { to: 1184, from: [1184], serialize: writeInstant, parse: parseInstant },
  plainDate: { to: 1082, from: [1082], serialize: asText, parse: asText },
};

/** A postgres.js client that reads int8 as bigint, timestamptz as Temporal.Instant, date and numeric as strings. */
export type SqlClient = postgres.Sql<{
  bigint: bigint;
  instant: Temporal.Instant;
  plainDate: string;
}>;

/** What a connection is opened with, beyond its URL. */
export interface ConnectOptions {
  readonly url: string;
  readonly max: number;
  /** Run-time parameters every connection starts with. */
  readonly parameters: Readonly<Record<string, string | number>>;
  readonly connectTimeoutSeconds?: number;
  readonly onclose?: () => void;
}

/**
 * How long after a connection was refused another is tried. Queries wait for it, so it is short: the driver's own grows to
 * 20 s, which is as long as every request would take to be told that the database is down.
 */
const pauseSeconds = (retries: number): number => Math.min(2 ** retries / 100, 0.25);

/**
 * By what PostgreSQL tells that the other end is gone: a host that lost its power or its network says no goodbye. By default it would
 * keep what that held, the lock under which rounds are moved on too, for two hours, and an open transaction of a process that hangs
 * for ever. Nobody asks the outside world within a transaction.
 */
const UNTIL_GIVEN_UP = {
  tcp_keepalives_idle: "10s",
  tcp_keepalives_interval: "5s",
  tcp_keepalives_count: 3,
  tcp_user_timeout: "30s",
  idle_in_transaction_session_timeout: 60_000,
};

/** Opens the one kind of client the service uses. Connects lazily: a wrong URL shows at the first query. */
export const connect = (options: ConnectOptions): SqlClient =>
  postgres(options.url, {
    max: options.max,
    types,
    onnotice: () => undefined,
    onclose: () => options.onclose?.(),
    connect_timeout: options.connectTimeoutSeconds ?? 5,
    backoff: pauseSeconds,
    connection: { application_name: "closebell", ...UNTIL_GIVEN_UP, ...options.parameters },
  });

const jsonText = (value: unknown): unknown =>
  typeof value === "string"
    ? value
    : JSON.stringify(value, (_key, inner: unknown) =>
        typeof inner === "bigint" ? inner.toString() : inner,
      );

/**
 * Puts the client's readers and writers back after `drizzle(client)`, which replaces those of every date type with ones
 * that do nothing. JSON: a string is taken as JSON text already, which is how drizzle's columns send it.
 */
export const restoreTypes = (client: SqlClient): void => {
  const { parsers, serializers } = client.options;
  parsers[1184] = parseInstant;
  serializers[1184] = writeInstant;
  serializers[1082] = asText;
  serializers[114] = jsonText;
  serializers[3802] = jsonText;
  // postgres.js makes the array types out of the element types, unless it finds some already there
  for (const array of [1182, 1185, 1115, 1231]) {
    Reflect.deleteProperty(parsers, array);
    Reflect.deleteProperty(serializers, array);
  }
};
