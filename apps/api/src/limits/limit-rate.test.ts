import { expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { memoryLimiter } from "@closebell/adapters/limiter";
import { DomainError, type RateLimit, type RateLimiter } from "@closebell/context";
import type { HttpConfig } from "@closebell/runtime";
import { askingAs } from "../testing/asking.ts";
import { lonelyApi, type LonelyApi } from "../testing/lonely-api.ts";

const FEW: HttpConfig["rateLimits"] = {
  address: 1_000,
  "sign-in": 2,
  bets: 3,
  money: 2,
  reads: 4,
  writes: 2,
};

const down: RateLimiter = {
  take: () => Promise.reject(new DomainError("OVERLOADED", "It can't be counted.")),
  close: () => Promise.resolve(),
};

const limited = (change: Partial<typeof FEW> = {}, limiter: RateLimiter = memoryLimiter()) =>
  lonelyApi({ limiter, settings: { rateLimits: { ...FEW, ...change } } });

const bet = () => ({
  json: { side: "UP", stakeMicroUsdc: "1" },
  headers: { "Idempotency-Key": randomUUID() },
});

const signIn = { json: { email: "a@example.com", password: "wrong horse battery" } };

const statuses = async (times: number, ask: () => Promise<{ readonly status: number }>) => {
  const seen: number[] = [];
  for (let n = 0; n < times; n += 1) seen.push((await ask()).status);
  return seen;
};

const playerOf = ({ ask, credentials }: LonelyApi) =>
  askingAs(ask, credentials.issue({ roles: ["player"] }));

test("a caller has so many of each kind, whoever else asks from the same address", async () => {
  await using lonely = limited();
  const [one, other] = [playerOf(lonely), playerOf(lonely)];
  // nobody places them here: 503 is what is behind the limit
  expect(await statuses(5, () => one("POST", "/bets", bet()))).toEqual([503, 503, 503, 429, 429]);
  expect(await statuses(1, () => other("POST", "/bets", bet()))).toEqual([503]);
  expect(await statuses(5, () => one("GET", `/bets/x`))).toEqual([422, 422, 422, 422, 429]);
});

test("a refusal is a problem that says when to come back, and answers say what is left", async () => {
  await using lonely = limited();
  const player = playerOf(lonely);
  const first = await player("POST", "/bets", bet());
  expect(first.headers.get("RateLimit-Policy")).toBe('"bets";q=3;w=60, "address";q=1000;w=60');
  expect(first.headers.get("RateLimit")).toMatch(/^"bets";r=2;t=\d+, "address";r=999;t=\d+$/);
  await statuses(2, () => player("POST", "/bets", bet()));
  const refused = await player("POST", "/bets", bet());
  expect([refused.status, refused.at("code")]).toEqual([429, "RATE_LIMITED"]);
  expect(refused.headers.get("Content-Type")).toBe("application/problem+json");
  expect(refused.at("detail")).toContain("3 a minute (bets)");
  const [, seconds] = /"bets";r=0;t=(\d+)/.exec(refused.headers.get("RateLimit") ?? "") ?? [];
  expect(refused.headers.get("Retry-After")).toBe(seconds ?? "not told");
  expect(Number(seconds)).toBeWithin(1, 61);
});

test("an address has so many in all: with or without a credential, a right one or a path", async () => {
  await using lonely = limited({ address: 6 });
  const wrong = askingAs(lonely.ask, "nobody's");
  const nobody = askingAs(lonely.ask, null);
  expect((await nobody("GET", "/nothing")).status).toBe(404);
  expect((await nobody("GET", `/bets/${randomUUID()}`)).status).toBe(401);
  expect((await wrong("GET", `/bets/${randomUUID()}`)).status).toBe(401);
  expect((await nobody("GET", "/problems")).status).toBe(200);
  expect((await playerOf(lonely)("POST", "/bets", bet())).status).toBe(503);
  expect((await nobody("OPTIONS", "/bets")).status).toBe(405);
  for (const ask of [wrong, nobody, playerOf(lonely)])
    expect((await ask("GET", "/problems")).status).toBe(429);
  // whoever watches over the service is never refused
  expect((await nobody("GET", "/health")).status).toBe(200);
  expect((await nobody("GET", "/metrics")).status).toBe(200);
});

test("a credential is not even looked up for whoever asks too often", async () => {
  let proved = 0;
  await using lonely = lonelyApi({
    limiter: memoryLimiter(),
    settings: { rateLimits: { ...FEW, address: 3 } },
    verifyCredential: () => {
      proved += 1;
      return Promise.reject(new DomainError("UNAUTHENTICATED", "No."));
    },
  });
  const guess = () => lonely.ask("GET", "/clock/x", { credential: randomUUID() });
  const user = () => lonely.ask("GET", `/users/${randomUUID()}`, { credential: randomUUID() });
  expect(await statuses(5, user)).toEqual([401, 401, 401, 429, 429]);
  expect((await guess()).status).toBe(429);
  expect(proved).toBe(3);
});

test("attempts to sign in are counted by address", async () => {
  await using lonely = limited();
  const nobody = askingAs(lonely.ask, null);
  const tried = await statuses(3, () => nobody("POST", "/auth/sign-in", signIn));
  expect(tried.slice(2)).toEqual([429]);
  expect(tried.slice(0, 2)).not.toContain(429);
  expect(
    (await nobody("POST", "/auth/password-reset", { json: { email: "a@example.com" } })).status,
  ).toBe(429);
});

test("while nobody counts for all, sign-in and withdrawals are refused, bets and reads are counted here", async () => {
  await using lonely = limited({}, down);
  const player = playerOf(lonely);
  const withdrawal = {
    json: { amountMicroUsdc: "1", to: "0x1" },
    headers: { "Idempotency-Key": randomUUID() },
  };
  for (const refused of [
    await askingAs(lonely.ask, null)("POST", "/auth/sign-in", signIn),
    await player("POST", "/withdrawals", withdrawal),
  ]) {
    expect([refused.status, refused.at("code")]).toEqual([503, "OVERLOADED"]);
    expect(refused.at("detail")).toContain("counted");
    expect(Number(refused.headers.get("Retry-After"))).toBeGreaterThan(0);
  }
  const bets = await Promise.all(Array.from({ length: 5 }, () => player("POST", "/bets", bet())));
  expect(bets.map(({ status }) => status)).toEqual([503, 503, 503, 429, 429]);
  expect(bets[0]?.at("detail")).toContain("bets are waiting");
  expect((await player("GET", "/problems")).status).toBe(200);
});

test("the log of a refusal says who was refused, and that of nothing else does", async () => {
  await using lonely = limited({ address: 4 });
  const userId = randomUUID();
  const player = askingAs(lonely.ask, lonely.credentials.issue({ roles: ["player"], userId }));
  for (let n = 0; n < 5; n += 1) await player("GET", "/bets/x");
  await askingAs(lonely.ask, null)("GET", "/nothing");
  const said = lonely.logged
    .map(({ fields }) => Object(fields))
    .filter((fields) => "status" in fields)
    .map(({ status, address, userId: who }) => [status, address, who]);
  const other = [422, undefined, undefined];
  expect(said).toEqual([
    other,
    other,
    other,
    other,
    [429, "unknown", userId],
    [429, "unknown", undefined],
  ]);
});

/** Its figures, by name and labels as they are written. */
const figuresOf = async ({ registry }: LonelyApi) => {
  const lines = (await registry.metrics()).split("\n").filter((line) => !line.startsWith("#"));
  return new Map(lines.map((line) => [line.split(" ")[0], Number(line.split(" ")[1])]));
};

test("figures say whether the store counts, and what was refused by which limit", async () => {
  await using lonely = limited({ address: 4 });
  const figures = async () => {
    const all = await figuresOf(lonely);
    const limits = (["address", "bets", "sign-in"] as const).map((limit) =>
      all.get(`closebell_rate_limited_total{limit="${limit}"}`),
    );
    return [all.get("closebell_rate_limit_store_up"), ...limits];
  };
  expect(await figures()).toEqual([1, 0, 0, 0]);
  const player = playerOf(lonely);
  await statuses(5, () => player("POST", "/bets", bet()));
  // the fourth found its bets used up and took nothing from the address
  expect(await figures()).toEqual([1, 0, 2, 0]);
  await askingAs(lonely.ask, null)("GET", "/problems");
  await askingAs(lonely.ask, null)("GET", "/problems");
  expect(await figures()).toEqual([1, 1, 2, 0]);
});

test("figures say that the store is down, who was refused for it and whom this process counted", async () => {
  await using lonely = limited({}, down);
  await askingAs(lonely.ask, null)("POST", "/auth/sign-in", signIn);
  for (let n = 0; n < 2; n += 1) await askingAs(lonely.ask, null)("GET", "/problems");
  const figures = await figuresOf(lonely);
  expect(figures.get("closebell_rate_limit_store_up")).toBe(0);
  const of = (outcome: string) =>
    figures.get(`closebell_rate_limit_uncounted_total{outcome="${outcome}"}`);
  expect([of("refused"), of("alone")]).toEqual([1, 2]);
});

test("what is counted, and under which key, holds no secret", async () => {
  const asked: RateLimit[] = [];
  const seeing: RateLimiter = {
    take(limits) {
      asked.push(...limits);
      return Promise.resolve(limits.map(() => ({ allowed: true, remaining: 1, resetSeconds: 1 })));
    },
    close: () => Promise.resolve(),
  };
  await using lonely = limited({}, seeing);
  const userId = randomUUID();
  const player = askingAs(lonely.ask, lonely.credentials.issue({ roles: ["player"], userId }));
  await player("POST", "/bets", bet());
  // its credential is known from now on: one question for both
  await player("POST", "/bets", bet());
  expect(asked.map(({ key }) => key)).toEqual([
    "address:unknown",
    `bets:${userId}`,
    `bets:${userId}`,
    "address:unknown",
  ]);
});
