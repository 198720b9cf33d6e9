import { DomainError } from "@closebell/context";
import postgres from "postgres";

/** The PostgreSQL error inside `error`, which drizzle wraps in errors of its own. */
export const postgresError = (error: unknown): postgres.PostgresError | undefined => {
  for (let e = error, depth = 0; e instanceof Error && depth < 5; e = e.cause, depth += 1) {
    if (e instanceof postgres.PostgresError) return e;
  }
  return undefined;
};

/** Name of the constraint (or of the check a function raised in its place) that refused, if one did. */
export const constraintOf = (error: unknown): string | undefined =>
  postgresError(error)?.constraint_name;

/** SQLSTATE of the PostgreSQL error inside `error`, for example "23505". */
export const sqlStateOf = (error: unknown): string | undefined => postgresError(error)?.code;

/** True where trying the whole transaction again may succeed: serialization failure or deadlock. */
export const isRetryable = (error: unknown): boolean =>
  ["40001", "40P01"].includes(sqlStateOf(error) ?? "");

/** True where a lock was waited for as long as `lock_timeout` allows (SQLSTATE 55P03, lock_not_available). */
export const isLockTimeout = (error: unknown): boolean => sqlStateOf(error) === "55P03";

/** True where a statement took longer than `statement_timeout` allows (SQLSTATE 57014, query_canceled): it did nothing. */
export const isStatementTimeout = (error: unknown): boolean => sqlStateOf(error) === "57014";

const NETWORK = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EPIPE",
  "ETIMEDOUT",
  "CONNECT_TIMEOUT",
  "CONNECTION_CLOSED",
  "CONNECTION_DESTROYED",
  "CONNECTION_ENDED",
]);

const networkCode = (error: unknown): string | undefined => {
  for (let e = error, depth = 0; e instanceof Error && depth < 5; e = e.cause, depth += 1) {
    const code = "code" in e && typeof e.code === "string" ? e.code : "";
    if (NETWORK.has(code)) return code;
    if (e instanceof AggregateError && depth < 4) {
      const inner = e.errors.map(networkCode).find((found) => found !== undefined);
      if (inner !== undefined) return inner;
    }
  }
  return undefined;
};

const ADVICE: Readonly<Record<string, string>> = {
  "3D000": "That database does not exist. Create it, or correct DATABASE_URL.",
  "28P01": "The password was refused. Correct DATABASE_URL.",
  "28000": "The login was refused. Correct DATABASE_URL.",
  "53300": "All its connections are taken. Try again, or raise max_connections.",
  "57P01": "It is shutting down. Try again.",
  "57P02": "It crashed and is recovering. Try again.",
  "57P03": "It is starting up. Try again.",
};

const adviceFor = (error: unknown): string | undefined => {
  const network = networkCode(error);
  if (network !== undefined) return `Start it, or correct DATABASE_URL (${network}).`;
  const found = postgresError(error);
  if (found === undefined) return undefined;
  if (found.code === "22023" && found.message.includes("role")) {
    return "It was never migrated: run `bun run admin migrate`.";
  }
  if (found.code === "42501" && found.message.includes("set role")) {
    return "The login may not act for the service: run `bun run admin migrate` with it, or grant it the role.";
  }
  return found.code.startsWith("08") ? "The connection was lost. Try again." : ADVICE[found.code];
};

/** Host, port and database of a URL, without its login. */
const placeOf = (url: string): string => {
  const parsed = URL.parse(url);
  return parsed === null ? "the configured address" : `${parsed.host}${parsed.pathname}`;
};

/**
 * DATABASE_UNAVAILABLE, in one line that says what to do, where `error` means that the database can't be reached or used;
 * undefined for any other error.
 */
export const databaseUnavailable = (url: string, error: unknown): DomainError | undefined => {
  const advice = adviceFor(error);
  if (advice === undefined) return undefined;
  return new DomainError(
    "DATABASE_UNAVAILABLE",
    `PostgreSQL at ${placeOf(url)} can't be used. ${advice}`,
    { cause: error, retryAfterSeconds: 1 },
  );
};

/** Runs `work`, turning the loss of the database into DATABASE_UNAVAILABLE. */
export const reachable = async <T>(url: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    throw databaseUnavailable(url, error) ?? error;
  }
};
