import { afterEach, beforeEach, expect, test } from "bun:test";
import { randomIds, type Logger, SYSTEM_ACTORS } from "@closebell/context";
import { silentLogger } from "@closebell/context/testing";
import { scratchDatabase, type ScratchDatabase } from "@closebell/database/testing";
import { register, verifyEmail } from "@closebell/identity";
import {
  memoryMailer,
  moveRealTime,
  registered,
  stranger,
  testIdentity,
} from "@closebell/identity/testing";
import { mailPass } from "./mail-pass.ts";
import { tidyPass } from "./tidy-pass.ts";

let scratch: ScratchDatabase;
beforeEach(async () => {
  scratch = await scratchDatabase();
});
afterEach(() => scratch[Symbol.asyncDispose]());

const by = { actor: SYSTEM_ACTORS.scheduler, requestId: randomIds.uuid() };
const listener = () => {
  const said: string[] = [];
  const hear = (fields: object, text: string) =>
    void said.push(`${text} ${JSON.stringify(fields)}`);
  const log: Logger = { ...silentLogger, info: hear, warn: hear };
  return { said, log };
};
const account = { email: "ada@example.com", password: "correct horse battery" };

test("letters are sent, and said to be without a word of them; without a mailer they wait", async () => {
  const deps = testIdentity(scratch.database);
  await register(deps, { ...stranger(), ...account });
  const { said, log } = listener();
  const waits: number[] = [];
  const metrics = { waited: (seconds: number) => void waits.push(seconds) };
  await mailPass({ ...deps, log, mailer: undefined }, metrics).work(by, log);
  expect(said.join("")).toContain("MAIL_URL");
  const mailer = memoryMailer();
  await mailPass({ ...deps, mailer }, metrics).work(by, log);
  await mailPass({ ...deps, mailer }, metrics).work(by, log);
  expect(waits[0]).toBeGreaterThan(0);
  expect(waits.slice(1)).toEqual([0, 0]);
  expect(mailer.sent.map(({ to }) => to)).toEqual(["ada@example.com"]);
  expect(said.at(-1)).toContain('letters sent {"sent":1,"failed":0');
  expect(said.join("")).not.toMatch(/ada@|cb_mail_/);
  const token = /cb_mail_[\w-]+/.exec(mailer.sent[0]?.text ?? "")?.[0] ?? "";
  await verifyEmail(deps, { ...stranger(), token, password: account.password });
});

test("what has expired is tidied away, and what counts stays", async () => {
  const count = async (): Promise<number> => {
    const [row] = await scratch.owner.sql<[{ n: number }]>`
      select (select count(*) from identity.mail_token)::int + (select count(*) from identity.session)::int
        + (select count(*) from identity.refresh_token)::int as n`;
    return row.n;
  };
  const { said, log } = listener();
  const deps = testIdentity(scratch.database);
  await registered(deps);
  const pass = tidyPass({ ...deps, log });
  expect(await count()).toBe(3);
  await pass.work(by, log);
  expect(await count()).toBe(3);
  await moveRealTime(scratch.owner, { hours: 25 });
  await pass.work(by, log);
  expect(await count()).toBe(2);
  await moveRealTime(scratch.owner, { hours: 61 * 24 });
  await pass.work(by, log);
  expect(await count()).toBe(0);
  expect(said.join("")).toContain("expired credentials removed");
});
