import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type By, DomainError, type DomainEvent, randomIds } from "@closebell/context";
import { constraintOf, listAudit, transact } from "@closebell/database";
import { errorOf, type ScratchDatabase, scratchDatabase } from "@closebell/database/testing";
import type { Permission } from "../roles.ts";
import { revokeRole } from "../staff/change-role.ts";
import { playerWith, staffWith } from "../testing/index.ts";
import { lettersOf, registered } from "../testing/registered.ts";
import { testIdentity } from "../testing/test-identity.ts";
import { actorOf } from "../user.ts";
import { createApiKey, insertApiKey } from "./create-api-key.ts";
import { listApiKeys } from "./list-api-keys.ts";
import { revokeApiKey } from "./revoke-api-key.ts";
import { verifyApiKey } from "./verify-api-key.ts";

let scratch: ScratchDatabase;
let deps: ReturnType<typeof testIdentity>;
let told: DomainEvent[] = [];

beforeAll(async () => {
  scratch = await scratchDatabase();
  deps = testIdentity(scratch.database);
  deps.events.subscribe((event) => void told.push(event));
});
afterAll(() => scratch[Symbol.asyncDispose]());

const byOf = (actor: By["actor"]): By => ({ actor, requestId: randomIds.uuid(), reason: "test" });

const refusal = async (attempt: Promise<unknown>): Promise<unknown> => {
  const error = await errorOf(attempt);
  return error instanceof DomainError ? error.code : error;
};

describe("an API key", () => {
  test("proves its owner, may do what its scopes and their roles allow, and is shown once", async () => {
    const { principal } = await playerWith(deps);
    const by = byOf(principal.actor);
    const scopes: Permission[] = ["own:bet", "own:read"];
    const input = { by, name: " my bot ", scopes };
    const { apiKey, key } = await createApiKey(deps, { ...input, within: principal.permissions });
    expect(key).toStartWith("cb_test_");
    expect(apiKey).toMatchObject({ name: "my bot", scopes: ["own:read", "own:bet"] });
    const days = apiKey.expiresAt.since(apiKey.createdAt).total("hours") / 24;
    expect(days).toBe(90);
    const proved = await verifyApiKey(deps, key);
    expect(proved).toMatchObject({ actor: principal.actor, roles: ["player"] });
    expect([...proved.permissions].toSorted()).toEqual(["own:bet", "own:read"]);
    expect(proved.credential).toEqual({
      kind: "api-key",
      id: apiKey.id,
      expiresAt: apiKey.expiresAt,
      provedAt: expect.any(Temporal.Instant),
    });
    const page = await listApiKeys(deps, { userId: principal.actor.id, limit: 10 });
    expect(page.items.map(({ name }) => name)).toEqual(["my bot", "test"]);
    expect(page.items[0]?.lastUsedAt).not.toBeNull();
    const secret = key.split("_").at(-1) ?? "";
    const [stored] = await scratch.owner.sql`
      select to_jsonb(k)::text || (select string_agg(to_jsonb(a)::text, '') from database.audit a) as all
      from identity.api_key k where id = ${apiKey.id}`;
    expect(JSON.stringify(stored)).not.toContain(secret);
  });

  test("never has more than its maker and its owner, and never own:credentials", async () => {
    const { principal } = await staffWith(deps, ["support"]);
    const by = byOf(principal.actor);
    const base = { by, name: "k" };
    const within = new Set<Permission>(["users:read"]);
    const beyond: (readonly Permission[])[] = [["money:move"], ["own:credentials"]];
    for (const scopes of beyond) {
      expect(await refusal(createApiKey(deps, { ...base, scopes }))).toBe("VALIDATION_FAILED");
    }
    const narrow = { ...base, within };
    expect(await refusal(createApiKey(deps, { ...narrow, scopes: ["audit:read"] }))).toBe(
      "VALIDATION_FAILED",
    );
    expect((await createApiKey(deps, narrow)).apiKey.scopes).toEqual(["users:read"]);
    const none = { ...base, within: new Set<Permission>(["own:credentials"]) };
    expect(await refusal(createApiKey(deps, none))).toBe("VALIDATION_FAILED");
    for (const wrong of [{ name: " " }, { expiresInDays: 0 }, { expiresInDays: 367 }]) {
      expect(await refusal(createApiKey(deps, { ...base, ...wrong }))).toBe("VALIDATION_FAILED");
    }
    const nobody = { ...base, by: byOf({ ...principal.actor, id: randomIds.uuid() }) };
    expect(await refusal(createApiKey(deps, nobody))).toBe("USER_NOT_FOUND");
  });

  test("is made by nobody in another's name, and its owner is told of it", async () => {
    const { principal: admin } = await staffWith(deps, ["admin"]);
    const player = await registered(deps);
    for (const userId of [
      player.user.id,
      (await staffWith(deps, ["operator"])).principal.actor.id,
    ]) {
      const forged = transact(deps, (work) =>
        insertApiKey(deps, work, { by: byOf(admin.actor), userId, name: "night watch" }),
      );
      expect(constraintOf(await errorOf(forged))).toBe("api_key_made_by_owner");
    }
    expect(await lettersOf(deps)).toEqual([]);
    const { key } = await createApiKey(deps, { by: byOf(actorOf(player.user)), name: "my bot" });
    const [letter, ...others] = await lettersOf(deps);
    expect([letter?.to, others]).toEqual([player.email, []]);
    expect(letter?.text).toContain('"my bot", which may do own:read, own:bet');
    expect(letter?.text).not.toContain(key);
  });

  test("is one of twenty an hour, and only those are written about", async () => {
    const [player, other] = [await registered(deps), await registered(deps)];
    await lettersOf(deps);
    const make = ({ user }: typeof player) =>
      createApiKey(deps, { by: byOf(actorOf(user)), name: "k" });
    for (let n = 0; n < 20; n += 1) await make(player);
    const refused = await errorOf(make(player));
    expect(refused).toMatchObject({ code: "RATE_LIMITED", retryAfterSeconds: expect.any(Number) });
    expect((await make(other)).apiKey.name).toBe("k");
    const to = (await lettersOf(deps)).map((letter) => letter.to);
    expect(to.filter((address) => address === player.email)).toHaveLength(20);
    await scratch.owner.sql`
      update identity.api_key set created_at = created_at - interval '1 hour' where user_id = ${player.user.id}`;
    expect((await make(player)).apiKey.name).toBe("k");
  });

  test("shrinks with its owner's roles at once", async () => {
    const { principal: admin } = await staffWith(deps, ["admin"]);
    const { principal, apiKey } = await staffWith(deps, ["support", "treasurer"]);
    expect(principal.permissions.has("money:move")).toBe(true);
    const change = {
      by: byOf(admin.actor),
      member: principal.actor.id,
      role: "treasurer",
    } as const;
    told = [];
    await revokeRole(deps, change);
    expect(told).toEqual([{ type: "credential.revoked", id: principal.actor.id }]);
    const left = await verifyApiKey(deps, apiKey);
    expect(left.roles).toEqual(["support"]);
    expect(left.permissions.has("money:move")).toBe(false);
    expect(left.permissions.has("money:read")).toBe(true);
  });

  test("is over when it is revoked, for good, and everybody is told", async () => {
    const { principal, apiKey: key } = await playerWith(deps);
    const { principal: other } = await playerWith(deps);
    const { id } = principal.credential;
    const by = byOf(principal.actor);
    const foreign = revokeApiKey(deps, { by, apiKeyId: id, userId: other.actor.id });
    expect(await refusal(foreign)).toBe("API_KEY_NOT_FOUND");
    for (const unknown of [randomIds.uuid(), "' or true --"]) {
      const attempt = revokeApiKey(deps, { by, apiKeyId: unknown });
      expect(await refusal(attempt)).toBe("API_KEY_NOT_FOUND");
    }
    told = [];
    const revoke = { by, apiKeyId: id, userId: principal.actor.id };
    const twice = await Promise.all([revokeApiKey(deps, revoke), revokeApiKey(deps, revoke)]);
    expect(twice.map(({ revokedAt }) => revokedAt === null)).toEqual([false, false]);
    expect(told).toEqual([{ type: "credential.revoked", id }]);
    expect(await refusal(verifyApiKey(deps, key))).toBe("UNAUTHENTICATED");
    const log = (await listAudit(deps, { limit: 50 })).items;
    const entries = log.filter(({ subject }) => subject === id).map(({ action }) => action);
    expect(entries).toEqual(["api-key.revoke", "api-key.create"]);
    const undo = scratch.owner
      .sql`update identity.api_key set revoked_at = null, revoked_by = null where id = ${id}`;
    expect(String(await errorOf(undo))).toContain("stays so");
  });

  test("is over when it expires, by real time, whatever a sandbox's clock says", async () => {
    const { apiKey: key } = await playerWith(deps);
    await scratch.setClock("2030-01-01T00:00:00Z");
    expect(await verifyApiKey(deps, key)).toMatchObject({ roles: ["player"] });
    await scratch.owner.sql`
      update identity.api_key set expires_at = created_at + interval '1 microsecond' where id = (select max(id::text)::uuid from identity.api_key)`;
    expect(await refusal(verifyApiKey(deps, key))).toBe("UNAUTHENTICATED");
  });
});

test("what is no key, another's secret, or a sandbox's key elsewhere proves nobody", async () => {
  const [{ apiKey: one }, { apiKey: other }] = [await playerWith(deps), await playerWith(deps)];
  const mixed = [...one.split("_").slice(0, 3), other.split("_").at(-1)].join("_");
  const live = one.replace("cb_test_", "cb_live_");
  for (const key of ["", "cb_live_", mixed, live, one.slice(0, -1), `${one} `, one.toUpperCase()]) {
    expect(await refusal(verifyApiKey(deps, key))).toBe("UNAUTHENTICATED");
  }
  await using real = await scratchDatabase({ sandbox: false });
  const realDeps = { ...deps, database: real.database };
  const { apiKey: own } = await playerWith(realDeps);
  expect(own).toStartWith("cb_live_");
  expect(await refusal(verifyApiKey(realDeps, one))).toBe("UNAUTHENTICATED");
  expect(await refusal(verifyApiKey(realDeps, own.replace("cb_live_", "cb_test_")))).toBe(
    "UNAUTHENTICATED",
  );
});

test("the service can neither remove a key nor make one that changes credentials", async () => {
  const { principal } = await playerWith(deps);
  const { sql } = scratch.database;
  const id = principal.credential.id;
  for (const change of [
    sql`delete from identity.api_key where id = ${id}`,
    sql`truncate identity.api_key`,
    sql`update identity.api_key set scopes = array['money:move'] where id = ${id}`,
    sql`update identity.api_key set expires_at = 'infinity' where id = ${id}`,
    sql`update identity.api_key set user_id = ${randomIds.uuid()} where id = ${id}`,
  ]) {
    expect(String(await errorOf(change))).toContain("permission denied");
  }
  const forged = sql`
    insert into identity.api_key (id, user_id, name, secret_hash, scopes, created_by, created_at, expires_at)
    select gen_random_uuid(), user_id, name, secret_hash, array['own:credentials'], created_by, created_at, expires_at
    from identity.api_key where id = ${id}`;
  expect(String(await errorOf(forged))).toContain("api_key_credentials_never");
});
