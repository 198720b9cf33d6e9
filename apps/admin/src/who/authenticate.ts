import { DomainError } from "@closebell/context";
import { type Principal, verifyApiKey } from "@closebell/identity";
import { readSandboxCredentials } from "@closebell/runtime";
import type { Bench } from "../session.ts";
import type { Connection } from "../connect.ts";
import type { Door } from "../doors.ts";
import { savedKey } from "./saved-keys.ts";

const UNKNOWN =
  "Say who you are: set CLOSEBELL_API_KEY, or keep your key with `bun run admin login`. A new member of staff gets one with " +
  "`bun run admin staff claim`, and the first admin a token for that with `bun run admin staff first-admin`.";

const sandboxKey = async ({ config }: Bench, connection: Connection): Promise<string | undefined> =>
  connection.runtime.sandbox
    ? (await readSandboxCredentials(connection.place.dataDir ?? config.sandboxDir))?.OPERATOR_KEY
    : undefined;

/**
 * Whoever runs the command, by their API key: that of the environment, else the one kept for this service, else in a sandbox
 * the operator's it came with.
 * @throws DomainError UNAUTHENTICATED
 */
const whoRuns = async (bench: Bench, connection: Connection): Promise<Principal> => {
  const { apiKey, keysFile } = bench.config.auth;
  const key =
    apiKey ??
    (await savedKey(keysFile, connection.service)) ??
    (await sandboxKey(bench, connection));
  if (key === undefined) throw new DomainError("UNAUTHENTICATED", UNKNOWN);
  return verifyApiKey(connection.runtime, key);
};

/**
 * Whoever runs a command, where they may.
 * @throws DomainError UNAUTHENTICATED, FORBIDDEN
 */
export const authenticate = async (
  bench: Bench,
  connection: Connection,
  command: string,
  { needs }: Door,
): Promise<Principal> => {
  const principal = await whoRuns(bench, connection);
  if (needs === undefined || principal.permissions.has(needs)) return principal;
  const { actor, roles } = principal;
  throw new DomainError(
    "FORBIDDEN",
    `\`${command}\` needs ${needs}, which ${actor.name} (${roles.join(", ") || "no role"}) does not have with this key.`,
  );
};
