import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { transact } from "@closebell/database";
import { scratchDatabase, type ScratchDatabase } from "@closebell/database/testing";
import { purgeExpired } from "../people/purge-expired.ts";
import { memoryMailer, moveRealTime, testIdentity, warmUp } from "../testing/test-identity.ts";
import { deliverMail } from "./deliver-mail.ts";
import type { Mail, Mailer } from "./mailer.ts";
import { type LetterKind, putLetter } from "./put-letter.ts";

let scratch: ScratchDatabase;
let deps: ReturnType<typeof testIdentity>;

beforeAll(async () => {
  scratch = await scratchDatabase();
});
afterAll(() => scratch[Symbol.asyncDispose]());
beforeEach(async () => {
  await moveRealTime(scratch.owner, { seconds: 0 });
  await scratch.owner.sql`delete from identity.letter`;
  deps = testIdentity(scratch.database);
});

const letterTo = (to: string): Mail => ({ to, subject: "A token", text: "canary-token" });
const put = (mail: Mail | null, kind: LetterKind = "token") =>
  transact(deps, (work) => putLetter(deps, work, mail, kind));
const waiting = async (): Promise<number> =>
  (await scratch.owner.sql`select from identity.letter`).length;
const broken: Mailer = {
  send: () => Promise.reject(new Error("550 no such mailbox")),
  close: () => Promise.resolve(),
};

test("letters go out once and are gone; those to nobody go nowhere", async () => {
  await put(letterTo("a@x.example"));
  await put(null);
  await put(letterTo("b@x.example"));
  const mailer = memoryMailer();
  expect(await deliverMail({ ...deps, mailer })).toEqual({ sent: 2, failed: 0 });
  expect(await deliverMail({ ...deps, mailer })).toEqual({ sent: 0, failed: 0 });
  expect(mailer.sent).toEqual([letterTo("a@x.example"), letterTo("b@x.example")]);
  expect(await waiting()).toBe(0);
});

test("a token waits behind no notices, however many there are", async () => {
  for (let n = 0; n < 40; n += 1) await put(letterTo(`${n}@x.example`), "notice");
  await moveRealTime(scratch.owner, { hours: 20 });
  await put(letterTo("late@x.example"));
  await put(letterTo("later@x.example"));
  const mailer = memoryMailer();
  await deliverMail({ ...deps, mailer });
  const to = mailer.sent.map((mail) => mail.to);
  expect(to.slice(0, 4)).toEqual([
    "late@x.example",
    "later@x.example",
    "0@x.example",
    "1@x.example",
  ]);
});

test("a letter of a transaction that fails is never sent", async () => {
  const failing = transact(deps, async (work) => {
    await putLetter(deps, work, letterTo("a@x.example"), "token");
    throw new Error("mine");
  });
  expect(await failing.catch(String)).toContain("mine");
  expect(await waiting()).toBe(0);
});

test("of several processes each sends others", async () => {
  for (let n = 0; n < 50; n += 1) await put(letterTo(`${n}@x.example`));
  const mailer = memoryMailer();
  await warmUp(scratch.database);
  for (let n = 0; n < 3; n += 1) {
    await Promise.all([1, 2, 3, 4].map(() => deliverMail({ ...deps, mailer })));
  }
  expect(mailer.sent).toHaveLength(50);
  expect(new Set(mailer.sent.map(({ to }) => to)).size).toBe(50);
});

test("a server that is slow gets no letter twice, however many wait behind one another", async () => {
  await put(letterTo("a@x.example"));
  await put(letterTo("b@x.example"));
  const other = memoryMailer();
  const sent: string[] = [];
  const slow: Mailer = {
    async send({ to }) {
      sent.push(to);
      await moveRealTime(scratch.owner, { seconds: sent.length === 1 ? 40 : 65 });
      await deliverMail({ ...deps, mailer: other });
    },
    close: () => Promise.resolve(),
  };
  await deliverMail({ ...deps, mailer: slow });
  expect([...sent, ...other.sent.map(({ to }) => to)].toSorted()).toEqual([
    "a@x.example",
    "b@x.example",
  ]);
});

test("letters another process has in hand are passed over, not waited for", async () => {
  await put(letterTo("a@x.example"));
  const mailer = memoryMailer();
  await scratch.owner.sql.begin(async (other) => {
    await other`select from identity.letter for update`;
    await put(letterTo("b@x.example"));
    expect(await deliverMail({ ...deps, mailer })).toEqual({ sent: 1, failed: 0 });
  });
  expect(await deliverMail({ ...deps, mailer })).toEqual({ sent: 1, failed: 0 });
  expect(mailer.sent.map(({ to }) => to)).toEqual(["b@x.example", "a@x.example"]);
});

test("a letter that is not taken is tried again later, ever more rarely, and given up in the end", async () => {
  const logged: string[] = [];
  const log = {
    ...deps.log,
    warn: (fields: object, text: string) => void logged.push(JSON.stringify(fields) + text),
    error: (fields: object, text: string) => void logged.push(JSON.stringify(fields) + text),
  };
  await put(letterTo("a@x.example"));
  const tries: number[] = [];
  for (let minutes = 0; minutes < 72 * 60; minutes += 60) {
    await moveRealTime(scratch.owner, { minutes });
    const { failed } = await deliverMail({ ...deps, log, mailer: broken });
    if (failed > 0) tries.push(minutes);
  }
  expect(await waiting()).toBe(0);
  expect(tries.length).toBeGreaterThan(6);
  expect(tries.at(-1)).toBeGreaterThan(30 * 60);
  expect(logged.at(-1)).toContain("given up");
  expect(logged.join("\n")).not.toContain("canary");
  expect(logged.join("\n")).not.toContain("a@x.example");
});

test("once the mailer answers again a letter that waits is sent", async () => {
  await put(letterTo("a@x.example"));
  await deliverMail({ ...deps, mailer: broken });
  const mailer = memoryMailer();
  expect(await deliverMail({ ...deps, mailer })).toEqual({ sent: 0, failed: 0 });
  await moveRealTime(scratch.owner, { minutes: 3 });
  expect(await deliverMail({ ...deps, mailer })).toEqual({ sent: 1, failed: 0 });
});

test("a letter that nobody sends waits for two days, and is not sent later", async () => {
  await put(letterTo("a@x.example"));
  await moveRealTime(scratch.owner, { hours: 47 });
  await purgeExpired(deps);
  expect(await waiting()).toBe(1);
  await moveRealTime(scratch.owner, { hours: 48, seconds: 1 });
  await purgeExpired(deps);
  expect(await waiting()).toBe(0);
});

test("waiting letters can't be read, not even by whoever reads the table", async () => {
  await put(letterTo("a@x.example"));
  const [row] = await scratch.owner.sql<[{ text: string }]>`
    select encode(sealed, 'escape') as text from identity.letter`;
  expect(row.text).not.toContain("canary");
  expect(row.text).not.toContain("x.example");
  const auth = { ...deps.auth, secret: "another-secret-of-thirty-two-bytes-or-so" };
  const mailer = memoryMailer();
  expect(await deliverMail({ ...deps, auth, mailer })).toEqual({ sent: 0, failed: 1 });
  expect(await waiting()).toBe(1);
});
