import { readFileSync } from "node:fs";

/** The statements of an .sql file that names each of them by a line `-- name: x`, by name. */
export const namedStatements = (text: string): ReadonlyMap<string, string> => {
  const parts = text.split(/^-- name: *(\S+) *$/m);
  const named = new Map<string, string>();
  for (let n = 1; n < parts.length; n += 2) {
    const statement = parts[n + 1]?.trim().replace(/;$/, "");
    const name = parts[n];
    if (name === undefined || statement === undefined || statement === "") {
      throw new Error(`a named statement is empty: ${name ?? ""}`);
    }
    named.set(name, statement);
  }
  return named;
};

/** Reads an .sql file beside this workspace's sources: `references/eight-statements.sql`. */
export const readSql = (path: string): string =>
  readFileSync(new URL(`../${path}`, import.meta.url), "utf8");

/** What finds the statements of a file; a name that is not there is an error. */
export const statementsOf = (path: string): ((name: string) => string) => {
  const named = namedStatements(readSql(path));
  return (name) => {
    const found = named.get(name);
    if (found === undefined) throw new Error(`${path} has no statement ${name}`);
    return found;
  };
};
