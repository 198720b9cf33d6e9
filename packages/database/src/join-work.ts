import type { Database, Work } from "./database.ts";
import type { Deps } from "./transact.ts";

const refuse = (what: string): never => {
  throw new Error(`${what} is not to be had within a unit of work.`);
};

const joined = ({ url }: Database, work: Work): Database => ({
  orm: work.tx,
  get sql() {
    return refuse("The pool");
  },
  url,
  close: () => Promise.reject(new Error("A unit of work closes no pool.")),
  work,
});

/**
 * `deps` for verbs that are to do their part in `work`, all or nothing: what they read and write goes through its
 * transaction, what they `transact` joins it, and their events go out after its commit. No second connection is taken, so a
 * full pool can't wait for itself. A verb that fails must be let fail: its part is undone with everything else.
 */
export const joinWork = <D extends Pick<Deps, "database">>(deps: D, work: Work): D => ({
  ...deps,
  database: joined(deps.database, work),
});
