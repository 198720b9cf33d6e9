import { DomainError } from "@closebell/context";
import { connect, type SqlClient } from "./connect.ts";
import { reachable, sqlStateOf } from "./errors.ts";

/** A database of a server, by a URL of that server whose login may create databases. */
export interface NamedDatabase {
  readonly serverUrl: string;
  /** Lower-case letters, digits and underscores, a letter first. */
  readonly name: string;
}

const administer = (
  { serverUrl, name }: NamedDatabase,
  work: (admin: SqlClient) => Promise<unknown>,
): Promise<string> =>
  reachable(serverUrl, async () => {
    if (!/^[a-z][a-z0-9_]{0,62}$/.test(name)) throw new Error(`bad name of a database: ${name}`);
    const admin = connect({ url: serverUrl, max: 1, parameters: {} });
    try {
      await work(admin);
    } catch (error) {
      if (sqlStateOf(error) !== "42501") throw error;
      throw new DomainError(
        "FORBIDDEN",
        "This login may not create and drop databases. Have a superuser run `alter role … createdb`, or use another login.",
        { cause: error },
      );
    } finally {
      await admin.end({ timeout: 1 });
    }
    const url = new URL(serverUrl);
    url.pathname = `/${name}`;
    return url.href;
  });

/**
 * Creates an empty database, whose sessions all start with `settings`.
 * @returns its URL
 * @throws DomainError DATABASE_UNAVAILABLE, FORBIDDEN
 */
export const createDatabase = (
  input: NamedDatabase & { readonly settings?: Readonly<Record<string, string>> },
): Promise<string> =>
  administer(input, async (admin) => {
    await admin`create database ${admin(input.name)} template template0`;
    for (const [setting, value] of Object.entries(input.settings ?? {})) {
      await admin.unsafe(
        `alter database ${input.name} set ${setting} = '${value.replaceAll("'", "''")}'`,
      );
    }
  });

/**
 * Drops a database with all that is in it, whoever is connected to it. Does nothing where there is none.
 * @throws DomainError DATABASE_UNAVAILABLE, FORBIDDEN
 */
export const dropDatabase = async (input: NamedDatabase): Promise<void> => {
  await administer(
    input,
    (admin) => admin`drop database if exists ${admin(input.name)} with (force)`,
  );
};
