import { DomainError } from "@closebell/context";
import { reachable, type Deps } from "@closebell/database";
import { sql } from "drizzle-orm";
import type { Principal } from "../principal.ts";
import { permissionsOf, type Permission } from "../roles.ts";
import { hashSecret } from "../secrets/hash-secret.ts";
import { rolesOf } from "../staff/roles-of.ts";
import { userById } from "../user.ts";
import { keyParts } from "./api-key-text.ts";

const REFUSED =
  "The API key is not valid here: it may be mistyped, expired, revoked, or of another service.";

interface Found {
  readonly user_id: string;
  readonly scopes: Permission[];
  readonly expires_at: Temporal.Instant;
  readonly sandbox: boolean;
  readonly stale: boolean;
  readonly now: Temporal.Instant;
}

/**
 * Whom an API key (`cb_live_…`, in a sandbox `cb_test_…`) proves, as the database has it now. Notes that it was used, once
 * an hour.
 * @throws DomainError UNAUTHENTICATED
 */
export const verifyApiKey = async (
  deps: Pick<Deps, "database">,
  key: string,
): Promise<Principal> => {
  const { database } = deps;
  const parts = keyParts(key);
  if (parts === undefined) throw new DomainError("UNAUTHENTICATED", REFUSED);
  return reachable(database.url, async () => {
    const [found] = await database.orm.execute<Found & Record<string, unknown>>(sql`
      select user_id, scopes, expires_at, clock.is_sandbox() as sandbox,
        last_used_at is null or last_used_at < identity.now() - interval '1 hour' as stale, identity.now() as now
      from identity.api_key
      where id = ${parts.id} and secret_hash = ${hashSecret(parts.secret)}
        and revoked_at is null and expires_at > identity.now()`);
    const user = found === undefined ? undefined : await userById(database.orm, found.user_id);
    if (found === undefined || user === undefined || found.sandbox !== (parts.realm === "test")) {
      throw new DomainError("UNAUTHENTICATED", REFUSED);
    }
    if (found.stale) {
      await database.orm.execute(sql`
        update identity.api_key set last_used_at = identity.now() where id = ${parts.id} and revoked_at is null`);
    }
    const roles = await rolesOf(database.orm, user);
    const allowed = permissionsOf(roles);
    return {
      actor: { kind: user.kind, id: user.id, name: user.handle ?? user.id },
      roles,
      permissions: new Set(found.scopes.filter((scope) => allowed.has(scope))),
      credential: {
        kind: "api-key",
        id: parts.id,
        expiresAt: found.expires_at,
        provedAt: found.now,
      },
    };
  });
};
