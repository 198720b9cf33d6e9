import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { type ApiHarness, apiHarness } from "./testing/api-harness.ts";
import type { Answer, Ask } from "./testing/asking.ts";

setDefaultTimeout(60_000);

let h: ApiHarness;
beforeAll(async () => {
  h = await apiHarness({ settings: { patienceMs: 60_000 } });
});
afterAll(() => h[Symbol.asyncDispose]());

const PAYEE = `0x${"e".repeat(40)}`;

const withdraw = (ask: Ask, key: string, change: object = {}) =>
  ask("POST", "/withdrawals", {
    json: { amountMicroUsdc: "4000000", to: PAYEE, ...change },
    headers: { "Idempotency-Key": key },
  });

const available = async (userId: string, on = h) =>
  (await on.ask("GET", `/users/${userId}/balance`)).at("availableMicroUsdc");

const isReplay = (answer: Answer) => answer.headers.get("Idempotency-Replayed") === "true";

test("fifty identical withdrawals at once are one, and all get its answer", async () => {
  const user = await h.player("10000000");
  const me = h.asUser(user);
  const answers = await Promise.all(Array.from({ length: 50 }, () => withdraw(me, "fifty")));
  const [first] = answers.filter((answer) => !isReplay(answer));
  expect(answers.filter((answer) => !isReplay(answer))).toHaveLength(1);
  for (const answer of answers) {
    expect([answer.status, answer.text]).toEqual([201, first?.text ?? ""]);
    expect(answer.headers.get("Location")).toBe(`/withdrawals/${first?.at("id")}`);
  }
  expect(await available(user)).toBe("6000000");
});

test("only success uses a key up; another body under a used one is refused", async () => {
  const user = await h.player("10000000");
  const me = h.asUser(user);
  const tooMuch = await withdraw(me, "retry", { amountMicroUsdc: "10000001" });
  expect([tooMuch.status, tooMuch.at("code")]).toEqual([409, "INSUFFICIENT_FUNDS"]);
  const wrong = await withdraw(me, "retry", { to: "nowhere" });
  expect([wrong.status, wrong.at("code")]).toEqual([422, "ADDRESS_INVALID"]);
  const done = await withdraw(me, "retry");
  expect([done.status, isReplay(done)]).toEqual([201, false]);
  for (const change of [{ amountMicroUsdc: "4000001" }, { to: `0x${"d".repeat(40)}` }]) {
    const other = await withdraw(me, "retry", change);
    expect([other.status, other.at("code")]).toEqual([422, "IDEMPOTENCY_KEY_REUSED"]);
  }
  const same = await withdraw(me, "retry", { amountMicroUsdc: 4_000_000, userId: user });
  expect([same.json(), isReplay(same)]).toEqual([done.json(), true]);
  expect(await available(user)).toBe("6000000");
});

test("a key is its caller's own, also of one who acts for the same user, and its route's own", async () => {
  const user = await h.player("10000000");
  const other = await h.player("10000000");
  const integrator = h.as("admin");
  const answers = [
    await withdraw(h.asUser(user), "mine"),
    await withdraw(integrator, "mine", { userId: user }),
    await withdraw(h.asUser(other), "mine"),
  ];
  expect(answers.map((answer) => [answer.status, isReplay(answer)])).toEqual(
    answers.map(() => [201, false]),
  );
  expect(new Set(answers.map((answer) => answer.at("id"))).size).toBe(3);
  const again = await withdraw(integrator, "mine", { userId: user });
  expect([again.json(), isReplay(again)]).toEqual([answers[1]?.json(), true]);
  expect([await available(user), await available(other)]).toEqual(["2000000", "6000000"]);
  const headers = { "Idempotency-Key": "mine" };
  const wallet = await h.asUser(user)("POST", "/wallets", { json: {}, headers });
  expect([wallet.status, isReplay(wallet)]).toEqual([201, false]);
});

test("a bet's key is its caller's own too, also of one who bets for the same user", async () => {
  await using open = await apiHarness();
  await open.moveTo("2026-11-20T22:00:00Z");
  const user = await open.player("10000000");
  const bet = (ask: Ask, stakeMicroUsdc: string) =>
    ask("POST", "/bets", {
      json: { userId: user, side: "UP", stakeMicroUsdc },
      headers: { "Idempotency-Key": "mine" },
    });
  const [player, integrator] = [open.asUser(user), open.as("admin")];
  const own = await bet(player, "1000000");
  const theirs = await bet(integrator, "1000000");
  expect([own, theirs].map((answer) => [answer.status, isReplay(answer)])).toEqual([
    [201, false],
    [201, false],
  ]);
  expect(theirs.at("id")).not.toBe(own.at("id"));
  for (const [ask, first] of [
    [player, own],
    [integrator, theirs],
  ] as const) {
    const again = await bet(ask, "1000000");
    expect([again.text, isReplay(again)]).toEqual([first.text, true]);
    expect((await bet(ask, "2")).at("code")).toBe("IDEMPOTENCY_KEY_REUSED");
  }
  expect(await available(user, open)).toBe("8000000");
});

/** Whether some transaction has claimed a key. */
const eventuallyHasKey = async (on: ApiHarness): Promise<void> => {
  for (;;) {
    const held = await on.rounds.scratch.owner
      .sql`select from pg_locks where locktype = 'advisory' and granted
        and database = (select oid from pg_database where datname = current_database())`;
    if (held.length > 0) return;
    await Bun.sleep(10);
  }
};

test("a duplicate of what is not finished waits, and is told so when its patience ends", async () => {
  await using hasty = await apiHarness({ settings: { patienceMs: 100 } });
  const user = await hasty.player("10000000");
  const me = hasty.asUser(user);
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  const locked = Promise.withResolvers<void>();
  const holding = hasty.rounds.scratch.owner.sql.begin(async (tx) => {
    await tx`select from ledger.account where owner = ${user} for update`;
    locked.resolve();
    await held;
  });
  await locked.promise;
  const first = withdraw(me, "slow");
  await eventuallyHasKey(hasty);
  const second = await withdraw(me, "slow");
  expect([second.status, second.at("code")]).toEqual([409, "IDEMPOTENCY_KEY_IN_USE"]);
  expect(second.headers.get("Retry-After")).toBe("1");
  release();
  await holding;
  expect((await first).status).toBe(201);
  const again = await withdraw(me, "slow");
  expect([again.json(), isReplay(again)]).toEqual([(await first).json(), true]);
  expect(await available(user, hasty)).toBe("6000000");
});

test("a withdrawal's key counts also when its answer is forgotten", async () => {
  const user = await h.player("10000000");
  const first = await withdraw(h.asUser(user), "old");
  await h.rounds.scratch.owner.sql`delete from database.kept_answer where caller = ${user}`;
  const again = await withdraw(h.asUser(user), "old");
  expect([again.json(), isReplay(again)]).toEqual([first.json(), true]);
  await h.rounds.scratch.owner.sql`delete from database.kept_answer where caller = ${user}`;
  const other = await withdraw(h.asUser(user), "old", { amountMicroUsdc: "1" });
  expect(other.at("code")).toBe("IDEMPOTENCY_KEY_REUSED");
  expect(await available(user)).toBe("6000000");
});

test("other routes take a key and need none", async () => {
  const user = await h.player();
  const routes: readonly [path: string, json: object, other: object][] = [
    ["/users", { handle: `h${randomUUID().slice(0, 8)}` }, { handle: "another-one" }],
    ["/wallets", { userId: user }, { userId: randomUUID() }],
    [`/users/${user}/payout-addresses`, { address: PAYEE }, { address: `0x${"d".repeat(40)}` }],
    [
      "/simulate/deposit_webhook",
      { userId: user, amountMicroUsdc: "5", tx: "once" },
      { userId: user, amountMicroUsdc: "5", tx: "twice" },
    ],
  ];
  for (const [path, json, other] of routes) {
    const headers = { "Idempotency-Key": "optional" };
    const [first, ...rest] = await Promise.all(
      Array.from({ length: 5 }, () => h.ask("POST", path, { json, headers })),
    );
    const answers = [first, ...rest].filter((answer) => answer !== undefined);
    expect([path, ...answers.map(({ status }) => status)]).toEqual([path, 201, 201, 201, 201, 201]);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers.filter(isReplay)).toHaveLength(4);
    const refused = await h.ask("POST", path, { json: other, headers });
    expect([path, refused.at("code")]).toEqual([path, "IDEMPOTENCY_KEY_REUSED"]);
    const malformed = await h.ask("POST", path, { json, headers: { "Idempotency-Key": "a b" } });
    expect([path, malformed.status]).toEqual([path, 422]);
  }
  const two = await Promise.all([0, 1].map(() => h.ask("POST", "/users", { json: {} })));
  expect(two[0]?.at("id")).not.toBe(two[1]?.at("id"));
});

test("a wallet asked for twice is the same address, with a key, with another and without", async () => {
  const user = await h.player();
  const ask = (key?: string) =>
    h.asUser(user)("POST", "/wallets", {
      json: {},
      ...(key === undefined ? {} : { headers: { "Idempotency-Key": key } }),
    });
  const first = await ask("wallet");
  expect([first.status, isReplay(first)]).toEqual([201, false]);
  expect(first.at("address")).toMatch(/^0x[0-9a-fA-F]{40}$/);
  const again = await ask("wallet");
  expect([again.status, again.text, isReplay(again)]).toEqual([201, first.text, true]);
  for (const answer of [
    await ask("another"),
    await ask(),
    ...(await Promise.all([ask(), ask()])),
  ]) {
    expect([answer.status, answer.text, isReplay(answer)]).toEqual([201, first.text, false]);
  }
  const other = await h.player();
  const both = await Promise.all(
    [0, 1].map(() => h.ask("POST", "/wallets", { json: { userId: other } })),
  );
  expect(new Set(both.map((answer) => answer.at("address"))).size).toBe(1);
  expect(both[0]?.at("address")).not.toBe(first.at("address"));
});

test("a player made with a key has his accounts, and one whose handle is taken uses no key up", async () => {
  const handle = `t${randomUUID().slice(0, 8)}`;
  const make = (name: string) =>
    h.ask("POST", "/users", { json: { handle: name }, headers: { "Idempotency-Key": handle } });
  await h.ask("POST", "/users", { json: { handle } });
  expect((await make(handle)).at("code")).toBe("HANDLE_TAKEN");
  const made = await make(`${handle}x`);
  expect([made.status, isReplay(made)]).toEqual([201, false]);
  expect(await available(made.at("id") ?? "")).toBe("0");
});

const mortal = async (userId: string, body: object, point: string): Promise<number | null> => {
  const script = join(import.meta.dir, "testing/mortal-api.ts");
  const args = [h.rounds.scratch.url, userId, JSON.stringify(body), point];
  const child = Bun.spawn([process.execPath, "--no-env-file", script, ...args], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  await child.exited;
  return child.exitCode;
};

test("killed at whatever point, a withdrawal is made once, and whoever asks again gets its first answer", async () => {
  const body = { amountMicroUsdc: "4000000", to: PAYEE };
  const replays: boolean[] = [];
  for (const point of ["id-1", "id-2", "worked", "told", "answer"]) {
    const user = await h.player("10000000");
    expect([point, await mortal(user, body, point)]).toEqual([point, null]);
    const ask = () => withdraw(h.asUser(user), "mortal");
    const after = await ask();
    replays.push(isReplay(after));
    expect([point, after.status, (await ask()).text]).toEqual([point, 201, after.text]);
    expect([point, await available(user)]).toEqual([point, "6000000"]);
  }
  // once it is told of, it is done
  expect(replays).toEqual([false, false, false, true, true]);
});
