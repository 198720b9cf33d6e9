import { expect, test } from "bun:test";
import { connect } from "./connect.ts";
import { createDatabase, dropDatabase } from "./create-database.ts";
import { emptyDatabase, errorOf } from "./testing/index.ts";

const newName = (): string => `t_made_${crypto.randomUUID().replaceAll("-", "").slice(0, 12)}`;

const ask = async (url: string, statement: string): Promise<unknown> => {
  const sql = connect({ url, max: 1, parameters: {} });
  try {
    const [row] = await sql.unsafe(statement);
    return row?.["answer"];
  } finally {
    await sql.end({ timeout: 1 });
  }
};

test("makes an empty database whose sessions start with its settings, and drops it under its users", async () => {
  await using server = await emptyDatabase();
  const name = newName();
  const settings = { synchronous_commit: "off", application_name: "it's made" };
  const url = await createDatabase({ serverUrl: server.url, name, settings });
  expect(new URL(url).pathname).toBe(`/${name}`);
  expect(await ask(url, "select current_setting('synchronous_commit') as answer")).toBe("off");
  expect(await ask(url, "select current_database() as answer")).toBe(name);

  const user = connect({ url, max: 1, parameters: {} });
  await user`select 1`;
  await dropDatabase({ serverUrl: server.url, name });
  await user.end({ timeout: 1 }).catch(() => undefined);
  await dropDatabase({ serverUrl: server.url, name });
  const count = `select count(*)::int as answer from pg_database where datname = '${name}'`;
  expect(await ask(server.url, count)).toBe(0);
});

test("refuses a name that is none, a login that may not, and a server that is not there", async () => {
  await using server = await emptyDatabase();
  const wrong = await errorOf(createDatabase({ serverUrl: server.url, name: 'x"; drop' }));
  expect(String(wrong)).toContain("bad name");
  const role = newName();
  await ask(server.url, `create role ${role} login password 'p'`);
  try {
    const as = new URL(server.url);
    as.username = role;
    as.password = "p";
    const name = newName();
    expect(await errorOf(createDatabase({ serverUrl: as.href, name }))).toMatchObject({
      code: "FORBIDDEN",
    });
  } finally {
    await ask(server.url, `drop role ${role}`);
  }
  const nowhere = "postgres://nobody@127.0.0.1:1/none";
  expect(await errorOf(createDatabase({ serverUrl: nowhere, name: newName() }))).toMatchObject({
    code: "DATABASE_UNAVAILABLE",
  });
});
