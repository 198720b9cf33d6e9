import { DomainError, type By } from "@closebell/context";
import { type Deps, recordAudit, texts, transact, type Work } from "@closebell/database";
import { sql } from "drizzle-orm";
import { apiKeyMade } from "../mail/letters.ts";
import type { LetterDeps } from "../mail/put-letter.ts";
import { writeToUser } from "../mail/write-to-user.ts";
import { PERMISSIONS, permissionsOf, type Permission } from "../roles.ts";
import { hashSecret } from "../secrets/hash-secret.ts";
import { rolesOf } from "../staff/roles-of.ts";
import { userById } from "../user.ts";
import { apiKeyById, type ApiKey } from "./api-key.ts";
import { keyText, newKeySecret } from "./api-key-text.ts";
import type { KeyDeps } from "./key-deps.ts";

/** How long a key lives where nobody says, and at most. */
export const KEY_DAYS = { usual: 90, most: 366 } as const;

/** Each is a letter too, and letters go out one after the other, whoever they are to: many would keep those of others waiting. */
const KEYS_AN_HOUR = 20;

/** A key and its text, which is shown this once. */
export interface NewApiKey {
  readonly apiKey: ApiKey;
  readonly key: string;
}

export interface CreateApiKey {
  /** Whose key it is: a player or a member of staff. Nobody makes one in another's name. */
  readonly by: By;
  /** 1 to 100 characters, none of them a control. */
  readonly name: string;
  /** Default: everything a key of theirs can have. */
  readonly scopes?: readonly Permission[] | undefined;
  /** What they may do by the credential they have now: no key may do more. Default: what their roles allow. */
  readonly within?: ReadonlySet<Permission> | undefined;
  /** Days from now, real time: 1 to 366; default 90. */
  readonly expiresInDays?: number | undefined;
}

const refuse = (pointer: string, detail: string): DomainError =>
  new DomainError("VALIDATION_FAILED", `The API key's ${pointer.slice(1)} ${detail}.`, {
    errors: [{ pointer, detail }],
  });

const checkedName = (name: string): string => {
  const trimmed = name.trim();
  // neither a text in PostgreSQL nor its JSON takes halves of a surrogate pair
  if (/^[^\p{Cc}\p{Cs}]{1,100}$/u.test(trimmed)) return trimmed;
  throw refuse("/name", "must be 1 to 100 characters, none of them a control");
};

const checkedDays = (days: number = KEY_DAYS.usual): number => {
  if (Number.isInteger(days) && days >= 1 && days <= KEY_DAYS.most) return days;
  throw refuse("/expiresInDays", `must be 1 to ${KEY_DAYS.most}`);
};

const checkedScopes = (
  asked: readonly Permission[] | undefined,
  possible: ReadonlySet<Permission>,
): readonly Permission[] => {
  const wanted = asked ?? [...possible];
  const excess = wanted.filter((scope) => !possible.has(scope));
  if (excess.length > 0) {
    throw refuse("/scopes", `can't have ${excess.join(", ")}: that is more than its maker may do`);
  }
  if (wanted.length === 0) throw refuse("/scopes", "must name at least one permission");
  return PERMISSIONS.filter((permission) => wanted.includes(permission));
};

/** Stores a key of `userId`, within a unit of work: made by themselves, or by a process of the service for a sandbox. */
export const insertApiKey = async (
  deps: KeyDeps,
  work: Work,
  input: CreateApiKey & { readonly userId: string },
): Promise<NewApiKey> => {
  const { by, userId, within } = input;
  const name = checkedName(input.name);
  const days = checkedDays(input.expiresInDays);
  const user = await userById(work.tx, userId);
  if (user === undefined || user.kind === "system") {
    throw new DomainError("USER_NOT_FOUND", `There is no user ${userId} who could have a key.`);
  }
  const allowed = permissionsOf(await rolesOf(work.tx, user));
  const possible = new Set(
    [...allowed].filter(
      (permission) => permission !== "own:credentials" && (within?.has(permission) ?? true),
    ),
  );
  const scopes = checkedScopes(input.scopes, possible);
  const id = deps.ids.uuid();
  const secret = newKeySecret(deps.randomBytes);
  const [row] = await work.tx.execute<{ sandbox: boolean }>(sql`
    insert into identity.api_key (id, user_id, name, secret_hash, scopes, created_by, created_at, expires_at)
    select ${id}::uuid, ${userId}::uuid, ${name}, ${hashSecret(secret)}::bytea, ${texts(scopes)}, ${by.actor.id}::uuid,
      now, now + make_interval(days => ${days})
    from identity.now() as now
    returning clock.is_sandbox() as sandbox`);
  const apiKey = await apiKeyById(work.tx, id);
  if (apiKey === undefined || row === undefined) throw new Error(`The key ${id} was not made.`);
  const after = { name, userId, scopes, expiresAt: apiKey.expiresAt.toString() };
  await recordAudit(work, { by, action: "api-key.create", subject: id, after });
  return { apiKey, key: keyText({ realm: row.sandbox ? "test" : "live", id, secret }) };
};

/** As `createApiKey`, within a unit of work. */
export const makeApiKey = async (
  deps: Deps & LetterDeps,
  work: Work,
  input: CreateApiKey,
): Promise<NewApiKey> => {
  const userId = input.by.actor.id;
  const made = await insertApiKey(deps, work, { ...input, userId });
  await writeToUser(deps, work, { userId, ...apiKeyMade(deps.auth.site.uri, made.apiKey) });
  return made;
};

const refuseTooMany = async (work: Pick<Work, "tx">, userId: string): Promise<void> => {
  const [earlier] = await work.tx.execute<{ seconds: number }>(sql`
    select ceil(extract(epoch from key.created_at + interval '1 hour' - identity.now()))::int as seconds
    from identity.api_key key where key.user_id = ${userId}
    order by key.id desc offset ${KEYS_AN_HOUR - 1} limit 1`);
  if (earlier === undefined || earlier.seconds <= 0) return;
  const { seconds: retryAfterSeconds } = earlier;
  throw new DomainError(
    "RATE_LIMITED",
    `You may make ${KEYS_AN_HOUR} API keys an hour. Try again in ${retryAfterSeconds} seconds.`,
    { retryAfterSeconds },
  );
};

/**
 * Makes an API key for whoever asks, and tells them by mail. Its text is in the answer and nowhere else. No key can be given
 * `own:credentials`. Twenty an hour.
 * @throws DomainError USER_NOT_FOUND, VALIDATION_FAILED (name, scopes beyond what may be given, expiry), RATE_LIMITED
 */
export const createApiKey = (deps: Deps & LetterDeps, input: CreateApiKey): Promise<NewApiKey> =>
  transact(deps, async (work) => {
    await refuseTooMany(work, input.by.actor.id);
    return makeApiKey(deps, work, input);
  });
