import { randomUUID } from "node:crypto";
import { connect, type SqlClient } from "../../../packages/database/src/connect.ts";
import { type Database, openDatabase } from "../../../packages/database/src/index.ts";

/** A copy of a database, dropped when disposed. */
export interface Clone extends AsyncDisposable {
  readonly url: string;
  /** As the application. */
  readonly database: Database;
  /** As the superuser, who sees what others wait for. */
  readonly admin: SqlClient;
}

const onServerOf = async (url: string, statement: string): Promise<void> => {
  const server = new URL(url);
  server.pathname = "/postgres";
  const admin = connect({ url: server.href, max: 1, parameters: {} });
  try {
    await admin.unsafe(statement);
  } finally {
    await admin.end({ timeout: 1 });
  }
};

/** Copies the database at `url`, which nobody may be connected to. */
export const cloneOf = async (url: string): Promise<Clone> => {
  const name = `t_${randomUUID().replaceAll("-", "")}`;
  const template = new URL(url).pathname.slice(1);
  await onServerOf(url, `create database ${name} template ${template}`);
  const copy = new URL(url);
  copy.pathname = `/${name}`;
  const database = openDatabase({ url: copy.href });
  const admin = connect({ url: copy.href, max: 1, parameters: {} });
  return {
    url: copy.href,
    database,
    admin,
    async [Symbol.asyncDispose]() {
      await Promise.all([database.close(), admin.end({ timeout: 1 })]);
      await onServerOf(url, `drop database ${name} with (force)`);
    },
  };
};
