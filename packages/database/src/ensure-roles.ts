import { DomainError } from "@closebell/context";
import type { SqlClient } from "./connect.ts";
import { sqlStateOf } from "./errors.ts";
import { ROLES } from "./roles.ts";

// Roles belong to the cluster: another database's migration may be creating the same ones right now.
const CREATED_MEANWHILE = new Set(["42710", "23505"]);
const CHANGED_MEANWHILE = "XX000";

const createMissing = async (sql: SqlClient): Promise<void> => {
  const rows = await sql<{ rolname: string }[]>`
    select rolname from pg_roles where rolname = any(${Object.values(ROLES)}::text[])`;
  const present = new Set(rows.map((row) => row.rolname));
  for (const role of Object.values(ROLES).filter((name) => !present.has(name))) {
    await sql.unsafe(`create role ${role} nologin`).catch((error: unknown) => {
      if (!CREATED_MEANWHILE.has(sqlStateOf(error) ?? "")) throw error;
    });
  }
};

/** The login acts for the roles by `set role`, so it must be a member; a superuser always may. */
const joinRoles = async (sql: SqlClient): Promise<void> => {
  const rows = await sql<{ name: string }[]>`
    select name from unnest(${Object.values(ROLES)}::text[]) as name
    where not pg_has_role(current_user, name, 'member')`;
  for (const { name } of rows) await sql.unsafe(`grant ${name} to current_user`);
};

const grantDatabase = async (sql: SqlClient): Promise<void> => {
  const [row] = await sql<{ name: string; may: boolean }[]>`
    select quote_ident(current_database()) as name,
      has_database_privilege(${ROLES.owner}, current_database(), 'create') as may`;
  if (row?.may === false) {
    await sql.unsafe(`grant create on database ${row.name} to ${ROLES.owner}`);
  }
  const [open] = await sql<{ open: boolean }[]>`
    select exists (select from pg_namespace n, aclexplode(n.nspacl) a
      where n.nspname = 'public' and a.grantee = 0 and pg_has_role(n.nspowner, 'usage')) as open`;
  if (open?.open === true) await sql`revoke all on schema public from public`;
};

/**
 * Creates what is missing of the three roles and lets the login act for them.
 * @throws DomainError FORBIDDEN where the login may not, with the statements an administrator has to run
 */
export const ensureRoles = async (sql: SqlClient): Promise<void> => {
  try {
    await createMissing(sql);
    for (let attempt = 0; ; attempt += 1) {
      try {
        await joinRoles(sql);
        await grantDatabase(sql);
        return;
      } catch (error) {
        if (sqlStateOf(error) !== CHANGED_MEANWHILE || attempt === 5) throw error;
        await Bun.sleep(20 * (attempt + 1));
      }
    }
  } catch (error) {
    if (sqlStateOf(error) !== "42501") throw error;
    const [login] = await sql<{ name: string }[]>`select quote_ident(current_user) as name`;
    const roles = Object.values(ROLES);
    throw new DomainError(
      "FORBIDDEN",
      `This login may not set up the roles. Have a superuser run: ${roles.map((role) => `create role ${role} nologin;`).join(" ")} ` +
        `grant ${roles.join(", ")} to ${login?.name ?? "the login"}; grant create on database … to ${ROLES.owner};`,
      { cause: error },
    );
  }
};
