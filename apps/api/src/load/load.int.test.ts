import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { PAGES } from "../docs/routes.ts";
import { type ApiHarness, apiHarness } from "../testing/api-harness.ts";
import type { Answer } from "../testing/asking.ts";

setDefaultTimeout(60_000);

const SETTINGS = { requestsAtOnce: 12, stalledAfterMs: 300, answerWithinMs: 60_000 };
const CONNECTIONS = 3;

let h: ApiHarness;
beforeAll(async () => {
  h = await apiHarness({ settings: SETTINGS }, { max: CONNECTIONS });
  await h.moveTo("2026-11-20T22:00:00Z");
});
afterAll(() => h[Symbol.asyncDispose]());

const bet = (on: ApiHarness, userId: string, key: string) =>
  on.ask("POST", "/bets", {
    json: { userId, side: "UP", stakeMicroUsdc: "1" },
    headers: { "Idempotency-Key": key },
  });

/** Nobody may touch these users' money or enter a round until `release` is called. */
const holdMoney = async (on: ApiHarness, userIds: readonly string[]) => {
  const { promise: held, resolve } = Promise.withResolvers<void>();
  const locked = Promise.withResolvers<void>();
  const holding = on.rounds.scratch.owner.sql.begin(async (tx) => {
    await tx`select from ledger.account where owner = any (${userIds}::uuid[]) for update`;
    await tx`select pg_advisory_xact_lock(20501, id) from rounds.round`;
    locked.resolve();
    await held;
  });
  await Promise.race([locked.promise, holding]);
  return async () => {
    resolve();
    await holding;
  };
};

const withdraw = (on: ApiHarness, userId: string, key: string) =>
  on.ask("POST", "/withdrawals", {
    json: { userId, amountMicroUsdc: "1", to: `0x${"e".repeat(40)}` },
    headers: { "Idempotency-Key": key },
  });

/** Connections that wait for a lock somebody has. */
const waitingForLocks = async (on: ApiHarness): Promise<number> => {
  const [row] = await on.rounds.scratch.owner.sql<{ n: number }[]>`
    select count(distinct pid)::int as n from pg_locks join pg_stat_activity using (pid)
    where datname = current_database() and not granted`;
  return row?.n ?? 0;
};

const until = async (ask: () => Promise<boolean>): Promise<void> => {
  while (!(await ask())) await Bun.sleep(10);
};

const refusedEarly = (answer: Answer): void => {
  expect([answer.status, answer.at("code")]).toEqual([503, "OVERLOADED"]);
  expect(Number(answer.headers.get("Retry-After"))).toBeGreaterThan(0);
};

test("with every connection taken, so many wait and the next are refused at once; then all goes on", async () => {
  const users = await Promise.all(Array.from({ length: 12 }, () => h.rounds.user(10n)));
  const release = await holdMoney(h, users);
  const waiting = users.map((user, n) => withdraw(h, user, `w${n}`));
  await until(async () => (await waitingForLocks(h)) === CONNECTIONS);
  for (const user of users.slice(0, 3)) refusedEarly(await withdraw(h, user, "next"));
  refusedEarly(await h.ask("GET", `/users/${users[0]}/bets`));
  // what needs no connection of its own goes on
  expect((await h.ask("GET", "/health")).status).toBe(200);
  expect((await h.ask("GET", "/problems")).status).toBe(200);
  await release();
  for (const answer of await Promise.all(waiting)) expect(answer.status).toBe(201);
  expect((await withdraw(h, users[0] ?? "", "next")).status).toBe(201);
});

test("while the database answers nobody, bets are refused at once too; then all goes on", async () => {
  const users = await Promise.all(Array.from({ length: 10 }, () => h.rounds.user(10n)));
  const release = await holdMoney(h, users);
  const waiting = users.map((user, n) => bet(h, user, `b${n}`));
  await until(async () => (await waitingForLocks(h)) > 0);
  await Bun.sleep(SETTINGS.stalledAfterMs + 50);
  // one goes to see whether it answers again
  waiting.push(bet(h, users[9] ?? "", "probe"));
  // a page that needs no database says nothing of it
  for (const page of PAGES) await h.ask("GET", page.replace("GET ", ""));
  for (const user of users.slice(0, 3)) refusedEarly(await bet(h, user, "next"));
  await release();
  for (const answer of await Promise.all(waiting)) expect(answer.status).toBe(201);
  expect((await bet(h, users[0] ?? "", "next")).status).toBe(201);
});

test("what is not answered in time is told so, and its key gives the answer later", async () => {
  await using slow = await apiHarness({ settings: { answerWithinMs: 300 } });
  await slow.moveTo("2026-11-20T22:00:00Z");
  const user = await slow.rounds.user(10n);
  const release = await holdMoney(slow, [user]);
  const asked = [withdraw(slow, user, "late"), bet(slow, user, "late")];
  for (const answer of await Promise.all(asked)) {
    expect([answer.status, answer.at("code")]).toEqual([503, "DATABASE_UNAVAILABLE"]);
    expect(answer.headers.get("Retry-After")).toBe("1");
  }
  await release();
  await until(async () => (await withdraw(slow, user, "late")).status === 201);
  await until(async () => (await bet(slow, user, "late")).status === 201);
  expect(await slow.rounds.available(user)).toBe(8n);
});
