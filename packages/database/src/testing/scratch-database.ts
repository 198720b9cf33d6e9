import { randomUUID } from "node:crypto";
import { connect } from "../connect.ts";
import type { Database } from "../database.ts";
import { openDatabase } from "../open-database.ts";

/** A database of a test's own, with the migrations of every room applied. Dropped when disposed. */
export interface ScratchDatabase extends AsyncDisposable {
  /** As the application, which is how verbs run. */
  readonly database: Database;
  /** As the owner of every table. */
  readonly owner: Database;
  /** Of the superuser. */
  readonly url: string;
  /** Moves the sandbox clock forward: "2026-11-23T15:00:00Z". */
  setClock(to: string): Promise<void>;
}

export interface ScratchOptions {
  /** Default true: a clock that stands at 2026-11-20T12:00:00Z until it is moved. False: real time. */
  readonly sandbox?: boolean;
  /** Connections of each pool at most; default 10. */
  readonly max?: number;
}

/** The template databases the test wrapper prepares. */
export const TEMPLATES = {
  sandbox: "template_closebell",
  real: "template_closebell_real",
} as const;

const serverUrl = (): string => {
  const url = process.env["TEST_DATABASE_URL"];
  if (url === undefined)
    throw new Error("No test server: run tests through `bun scripts/test.ts`.");
  return url;
};

/** The same server's URL with another database. */
export const withDatabase = (url: string, name: string): string => {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
};

const administer = async (statement: string): Promise<void> => {
  const admin = connect({ url: serverUrl(), max: 1, parameters: {} });
  try {
    await admin.unsafe(statement);
  } finally {
    await admin.end({ timeout: 1 });
  }
};

/** Clones a template: some 30 ms. Use with `await using`. */
export const scratchDatabase = async (options: ScratchOptions = {}): Promise<ScratchDatabase> => {
  const name = `t_${randomUUID().replaceAll("-", "")}`;
  const template = options.sandbox === false ? TEMPLATES.real : TEMPLATES.sandbox;
  const strategy = process.env["TEST_CLONE_STRATEGY"] ?? "wal_log";
  await administer(`create database ${name} template ${template} strategy ${strategy}`);
  const url = withDatabase(serverUrl(), name);
  const max = options.max ?? 10;
  const database = openDatabase({ url, max });
  const owner = openDatabase({ url, max, role: "owner" });
  return {
    database,
    owner,
    url,
    async setClock(to) {
      await owner.sql`select clock.move(${to}::timestamptz)`;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([database.close(), owner.close()]);
      await administer(`drop database if exists ${name} with (force)`);
    },
  };
};

/** An empty database without any migration; as for `scratchDatabase`, dropped when disposed. */
export const emptyDatabase = async (): Promise<AsyncDisposable & { readonly url: string }> => {
  const name = `t_${randomUUID().replaceAll("-", "")}`;
  await administer(`create database ${name} template template0`);
  return {
    url: withDatabase(serverUrl(), name),
    [Symbol.asyncDispose]: () => administer(`drop database if exists ${name} with (force)`),
  };
};
