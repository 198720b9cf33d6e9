import { expect, test } from "bun:test";
import { createPasswordHasher, isOutdated } from "./password-hasher.ts";

test("a password is hashed by argon2id, m=19456, t=2, p=1, with a salt of its own", async () => {
  const hasher = createPasswordHasher();
  const [one, two] = await Promise.all([hasher.hash("password"), hasher.hash("password")]);
  expect(one).toStartWith("$argon2id$v=19$m=19456,t=2,p=1$");
  expect(one).not.toBe(two);
  expect(isOutdated(one)).toBe(false);
  expect(isOutdated(one.replace("t=2", "t=1"))).toBe(true);
  expect(await hasher.verify("password", one)).toBe(true);
  expect(await hasher.verify("Password", one)).toBe(false);
});

test("without a hash nothing fits", async () => {
  const hasher = createPasswordHasher();
  expect(await hasher.verify("password", null)).toBe(false);
  expect(await hasher.verify("", null)).toBe(false);
});

test("so many are hashed at once, so many wait, and whoever comes then is told to come again", async () => {
  const hasher = createPasswordHasher({ atOnce: 1, waiting: 2 });
  const all = await Promise.allSettled(Array.from({ length: 5 }, () => hasher.hash("password")));
  expect(all.map(({ status }) => status)).toEqual([
    "fulfilled",
    "fulfilled",
    "fulfilled",
    "rejected",
    "rejected",
  ]);
  expect(all[4]).toMatchObject({ reason: { code: "OVERLOADED", retryAfterSeconds: 1 } });
  expect(await hasher.hash("password")).toStartWith("$argon2id$");
});
