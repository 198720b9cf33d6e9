import { expect, test } from "bun:test";
import { databaseUnavailable, reachable, sqlStateOf } from "./errors.ts";

const URL = "postgres://me:secret@db.example:5433/closebell";
const network = (code: string) => Object.assign(new Error("connect failed"), { code });

test("a refused connection becomes one line that says what to do, and keeps the password to itself", () => {
  const found = databaseUnavailable(URL, new Error("query", { cause: network("ECONNREFUSED") }));
  expect(found?.code).toBe("DATABASE_UNAVAILABLE");
  expect(found?.message).toBe(
    "PostgreSQL at db.example:5433/closebell can't be used. Start it, or correct DATABASE_URL (ECONNREFUSED).",
  );
});

test("a host with several addresses fails with all their errors at once", () => {
  const both = new AggregateError([network("ECONNREFUSED"), network("ENETUNREACH")]);
  expect(databaseUnavailable(URL, both)?.message).toContain("ECONNREFUSED");
});

test("other errors stay what they are", async () => {
  const mine = new Error("mine");
  expect(databaseUnavailable(URL, mine)).toBeUndefined();
  expect(sqlStateOf(mine)).toBeUndefined();
  expect(reachable(URL, () => Promise.reject(mine))).rejects.toBe(mine);
});

test("a URL that is none still gives a message", () => {
  expect(databaseUnavailable("nonsense", network("ENOTFOUND"))?.message).toContain(
    "the configured address",
  );
});
