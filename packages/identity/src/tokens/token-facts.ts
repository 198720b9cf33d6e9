import { arrayLiteral, reachable } from "@closebell/database";
import DataLoader from "dataloader";
import type { IdentityDeps } from "../identity-deps.ts";
import type { User } from "../user.ts";

/** The key and the session a token names. */
export interface TokenNames {
  readonly kid: string;
  readonly sid: string;
}

/** What the database says of them. */
export interface TokenFacts {
  /** The public key: of Ed25519, base64url (RFC 8037). */
  readonly x: string;
  readonly now: Temporal.Instant;
  /** Whose session it is. */
  readonly id: string;
  readonly kind: User["kind"];
  readonly handle: string | null;
  /** What a member of staff may still be. */
  readonly roles: readonly string[];
}

/** Undefined where the key no longer counts, or the session is over or never was. */
export type ReadTokenFacts = (names: TokenNames) => Promise<TokenFacts | undefined>;

/** Tokens in one statement at most. */
const MOST_AT_ONCE = 128;

interface Row extends TokenFacts {
  readonly n: bigint;
}

const readAll = async (
  { database }: Pick<IdentityDeps, "database">,
  names: readonly TokenNames[],
): Promise<readonly (TokenFacts | undefined)[]> => {
  const kids = arrayLiteral(names.map(({ kid }) => kid));
  const sids = arrayLiteral(names.map(({ sid }) => sid));
  const rows = await reachable(
    database.url,
    () => database.sql<Row[]>`
      select named.n, key.public_key as x, identity.now() as now, owner.id, owner.kind, owner.handle,
        array(select role from identity.user_role where user_id = owner.id and revoked_at is null) as roles
      from unnest(${kids}::text[], ${sids}::uuid[]) with ordinality as named (kid, sid, n)
      join identity.verifying_key key on key.kid = named.kid
      join identity.session session on session.id = named.sid
        and session.ended_at is null and session.expires_at > identity.now()
      join identity.user owner on owner.id = session.user_id`,
  );
  const byPlace = new Map(rows.map((row) => [Number(row.n) - 1, row]));
  return names.map((_, place) => byPlace.get(place));
};

/**
 * Reads at every call anew, in one statement for all who wait in the same turn of the event loop: before a lock everybody
 * comes at once, each with a token that was never seen here.
 */
export const createTokenFacts = (deps: Pick<IdentityDeps, "database">): ReadTokenFacts => {
  const loader = new DataLoader<TokenNames, TokenFacts | undefined>(
    (names) => readAll(deps, names),
    {
      cache: false,
      maxBatchSize: MOST_AT_ONCE,
    },
  );
  return (names) => loader.load(names);
};
