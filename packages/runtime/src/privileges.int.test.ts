import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { type Database, openDatabase, sqlStateOf } from "@closebell/database";
import { type ScratchDatabase, scratchDatabase } from "@closebell/database/testing";
import { FUNCTIONS, READ_FUNCTIONS, WRITES } from "./testing/privileges.ts";

const REFUSED = "42501";

/** Only the service reads what people prove themselves by. */
const SECRETS = [
  "identity.api_key",
  "identity.mail_token",
  "identity.password",
  "identity.recovery_code",
  "identity.refresh_token",
  "identity.signing_key",
  "identity.staff_claim",
  "identity.totp",
  "identity.wallet_nonce",
];

let scratch: ScratchDatabase;
/** As production's login: a member of the service's role and of no other. */
let service: Database;
const login = `service_${randomUUID().replaceAll("-", "")}`;

const asSuperuser = (statement: string) =>
  scratch.owner.sql.begin((tx) => tx.unsafe(`set local role none; ${statement}`));

beforeAll(async () => {
  scratch = await scratchDatabase();
  await scratch.owner.sql`select ledger.ensure_period(202611), rounds.ensure_period(202611)`;
  const password = randomUUID();
  await asSuperuser(
    `create role ${login} login password '${password}' in role closebell_application`,
  );
  const url = new URL(scratch.url);
  url.username = login;
  url.password = password;
  service = openDatabase({ url: url.href, max: 1 });
});
afterAll(async () => {
  await service.close();
  await asSuperuser(`drop role ${login}`);
  await scratch[Symbol.asyncDispose]();
});

interface Right extends Record<string, unknown> {
  readonly name: string;
  readonly rights: string;
}

/** What a role may do in each table, by the catalog; partitions of months as one. */
const rightsOf = async (role: string): Promise<Readonly<Record<string, string>>> => {
  const rows = await scratch.owner.sql<Right[]>`
    with relation as (
      select c.oid, c.relacl, n.nspname || '.' || regexp_replace(c.relname, '_\\d{6}$', '_<month>') as name
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
    ), granted as (
      select r.name, a.grantee, a.privilege_type as what from relation r, aclexplode(r.relacl) a
      union
      select r.name, a.grantee, a.privilege_type || '(' || string_agg(t.attname, ',' order by t.attnum) || ')'
      from relation r join pg_attribute t on t.attrelid = r.oid and not t.attisdropped, aclexplode(t.attacl) a
      group by r.oid, r.name, a.grantee, a.privilege_type
    )
    select name, string_agg(what, ' ' order by what) as rights from granted
    where grantee = ${role}::regrole group by name`;
  return Object.fromEntries(rows.map(({ name, rights }) => [name, rights]));
};

const functionsOf = async (role: string): Promise<readonly string[]> => {
  const rows = await scratch.owner.sql<{ name: string }[]>`
    select distinct p.oid::regproc::text as name from pg_proc p, aclexplode(p.proacl) a
    where a.grantee = ${role}::regrole order by 1`;
  return rows.map(({ name }) => name);
};

const without = (rights: string): string =>
  rights
    .split(" ")
    .filter((right) => right !== "SELECT")
    .join(" ");

const stateOf = (statement: string): Promise<string> =>
  service.sql.unsafe(statement).then(
    () => "done",
    (error: unknown) => sqlStateOf(error) ?? String(error),
  );

describe("the service's role", () => {
  test("may write what the table says, and nothing else", async () => {
    const rights = Object.entries(await rightsOf("closebell_application"));
    const writes = rights
      .map(([name, all]) => [name, without(all)] as const)
      .filter(([, all]) => all !== "");
    expect(Object.fromEntries(writes)).toEqual(WRITES);
    expect(await functionsOf("closebell_application")).toEqual([...FUNCTIONS].toSorted());
  });

  test("owns nothing, belongs to nobody, and makes nothing in any schema", async () => {
    const roles = await scratch.owner.sql`
      select rolname as name from pg_roles where rolname like 'closebell\\_%' and (rolsuper or rolcreaterole or rolcreatedb
        or rolbypassrls or rolreplication)`;
    expect(roles).toHaveLength(0);
    const owned = await scratch.owner.sql`
      select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and c.relowner <> 'closebell_owner'::regrole`;
    expect(owned).toHaveLength(0);
    const member = await scratch.owner.sql`
      select from pg_auth_members where member in ('closebell_application'::regrole, 'closebell_readonly'::regrole)`;
    expect(member).toHaveLength(0);
    const schemas = await scratch.owner.sql<{ name: string; makes: boolean }[]>`
      select nspname as name, has_schema_privilege('closebell_application', oid, 'create') as makes from pg_namespace
      where nspname !~ '^pg_'`;
    expect(schemas.filter(({ makes }) => makes)).toEqual([]);
    for (const { name } of schemas) {
      expect([name, await stateOf(`create table "${name}".mine (id int)`)]).toEqual([
        name,
        REFUSED,
      ]);
    }
  });

  test("is refused whatever would rewrite money, bets, the record or a decision, or take more rights", async () => {
    const closed = [
      "ledger.account",
      "ledger.transfer",
      "ledger.transfer_202611",
      "ledger.correction",
      "ledger.seal",
      "ledger.seal_progress",
      "ledger.transfer_kind",
      "database.audit",
      "database.audit_chain",
      "database.approval",
      "rounds.bet",
      "rounds.bet_202611",
      "identity.user",
      "protection.player",
      "protection.restriction",
      "protection.spending_limit",
      "clock.sandbox",
    ];
    const appended = new Set([
      "database.audit",
      "rounds.bet",
      "rounds.bet_202611",
      "identity.user",
    ]);
    const statements = closed.flatMap((table) => [
      `delete from ${table}`,
      `truncate ${table}`,
      `alter table ${table} disable trigger all`,
      `drop table ${table}`,
      ...(appended.has(table) ? [] : [`insert into ${table} default values`]),
    ]);
    statements.push(
      "update ledger.account set balance = 1",
      "update ledger.transfer set amount = 1",
      "update ledger.seal set hash = ''",
      "update database.audit set reason = 'another'",
      "insert into database.audit (at, actor, actor_name, action, subject, request_id) values (now(), gen_random_uuid(), 'x', 'x', 'x', gen_random_uuid())",
      "update database.audit_chain set hash = ''",
      "update database.approval set decided_by = gen_random_uuid()",
      "update rounds.bet set stake = 1",
      "update identity.user set kind = 'staff'",
      "select ledger.register_kind(99::smallint, 'mine')",
      "select setval('ledger.transfer_id', 1)",
      "set role closebell_owner",
      "set session authorization closebell_owner",
      "grant closebell_owner to current_user",
      "set session_replication_role = replica",
      "create schema mine",
      "create function pg_temp.mine() returns int language c as 'x', 'y'",
      "copy ledger.account to program 'true'",
      "alter role closebell_application superuser",
    );
    const allowed: string[] = [];
    for (const statement of statements) {
      if ((await stateOf(statement)) !== REFUSED) allowed.push(statement);
    }
    expect(allowed).toEqual([]);
  });

  test("has no function of the tables' owner take a type of its own for PostgreSQL's", async () => {
    await service.sql.unsafe(`
      create function pg_temp.spy(pg_catalog.text) returns boolean language plpgsql
        as $$ begin raise exception '% runs it', current_user; end $$;
      create domain pg_temp.text as pg_catalog.text check (pg_temp.spy(value))`);
    await service.sql`select ledger.ensure_period(202702), rounds.ensure_period(202702)`;
  });
});

describe("the reading role", () => {
  test("reads all but what people prove themselves by, and writes nothing", async () => {
    const rights = await rightsOf("closebell_readonly");
    expect(Object.entries(rights).filter(([, all]) => all !== "SELECT")).toEqual([]);
    expect(SECRETS.filter((table) => table in rights)).toEqual([]);
    expect(await functionsOf("closebell_readonly")).toEqual([...READ_FUNCTIONS].toSorted());
  });
});
