import { afterAll, beforeAll, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { listAudit } from "@closebell/database";
import { type ApiHarness, apiHarness } from "../testing/api-harness.ts";
import type { Answer, Ask, AskInit } from "../testing/asking.ts";
import { operationsOf } from "../testing/operations.ts";

const TO = `0x${"e".repeat(40)}`;

let h: ApiHarness;
/** Whose things somebody else asks for. */
let ann: { id: string; ask: Ask; bet: string; withdrawal: string };
let bob: { id: string; ask: Ask };

const key = () => ({ "Idempotency-Key": randomUUID() });

beforeAll(async () => {
  h = await apiHarness();
  await h.moveTo("2026-11-20T22:00:00Z");
  const [id, other] = [await h.player("10000000"), await h.player("10000000")];
  const ask = h.asUser(id);
  bob = { id: other, ask: h.asUser(other) };
  const bet = { side: "UP", stakeMicroUsdc: "1000000" };
  const placed = await ask("POST", "/bets", { json: bet, headers: key() });
  const out = { amountMicroUsdc: "1000000", to: TO };
  const withdrawn = await ask("POST", "/withdrawals", { json: out, headers: key() });
  ann = { id, ask, bet: placed.at("id") ?? "", withdrawal: withdrawn.at("id") ?? "" };
});

afterAll(() => h[Symbol.asyncDispose]());

/** How to ask about what is `userId`'s, for every route that names its owner in its body or by the thing itself. */
const BY_THING: Readonly<
  Record<string, (whose: typeof ann) => readonly [path: string, init: AskInit]>
> = {
  "POST /bets": ({ id }) => [
    "/bets",
    { json: { userId: id, side: "UP", stakeMicroUsdc: "1" }, headers: key() },
  ],
  "GET /bets/{betId}": ({ bet }) => [`/bets/${bet}`, {}],
  "POST /withdrawals": ({ id }) => [
    "/withdrawals",
    { json: { userId: id, amountMicroUsdc: "1", to: TO }, headers: key() },
  ],
  "GET /withdrawals/{withdrawalId}": ({ withdrawal }) => [`/withdrawals/${withdrawal}`, {}],
  "POST /wallets": ({ id }) => ["/wallets", { json: { userId: id } }],
};

const guarded = () =>
  operationsOf(h.api).filter(({ operation }) => (operation.security ?? []).length > 1);

const shown = ({ status, text }: Answer, ...ids: readonly string[]) => [
  status,
  ids.reduce((rest, id) => rest.replaceAll(id, "ID"), text).replace(/"urn:uuid:[^"]*"/, ""),
];

test("what is somebody else's is answered as if it did not exist, on every route that knows an owner", async () => {
  const nobody = { ...ann, id: randomUUID(), bet: randomUUID(), withdrawal: randomUUID() };
  const routes = guarded();
  expect(routes.length).toBeGreaterThan(14);
  for (const { name, method, path, operation } of routes) {
    const askAbout = async (whose: typeof ann): Promise<Answer> => {
      const filled = path.replaceAll("{userId}", whose.id).replaceAll(/{\w+}/g, TO);
      const body = operation.requestBody === undefined ? {} : { json: {} };
      const [address, init] = path.includes("{userId}")
        ? [filled, body]
        : (BY_THING[name]?.(whose) ?? [`${name} is not in the table of this test`, {}]);
      return bob.ask(method, address, init);
    };
    const theirs = await askAbout(ann);
    expect([name, theirs.status]).toEqual([name, 404]);
    const none = await askAbout(nobody);
    expect([name, ...shown(theirs, ann.id, ann.bet, ann.withdrawal)]).toEqual([
      name,
      ...shown(none, nobody.id, nobody.bet, nobody.withdrawal),
    ]);
  }
});

test("a body that names nobody means who asks; spelt in capitals it is the same user", async () => {
  const wallet = await bob.ask("POST", "/wallets", { json: {} });
  expect([wallet.status, wallet.at("userId")]).toEqual([201, bob.id]);
  const bet = { side: "DOWN", stakeMicroUsdc: "1" };
  const placed = await bob.ask("POST", "/bets", { json: bet, headers: key() });
  expect([placed.status, placed.at("userId")]).toEqual([201, bob.id]);
  const named = { ...bet, userId: bob.id.toUpperCase() };
  const again = await bob.ask("POST", "/bets", { json: named, headers: key() });
  expect([again.status, again.at("userId")]).toEqual([201, bob.id]);
  const seen = await bob.ask("GET", `/users/${bob.id.toUpperCase()}/balance`);
  expect([seen.status, seen.at("userId")]).toEqual([200, bob.id]);
});

test("staff have no money here: they must name whom they act for, and it is on record", async () => {
  const admin = h.as("admin");
  const bet = { side: "DOWN", stakeMicroUsdc: "1" };
  const missing = await admin("POST", "/bets", { json: bet, headers: key() });
  expect([missing.status, missing.at("errors.0.pointer")]).toEqual([422, "/userId"]);
  const requestId = randomUUID();
  const headers = { ...key(), "X-Request-Id": requestId };
  const placed = await admin("POST", "/bets", { json: { ...bet, userId: ann.id }, headers });
  expect([placed.status, placed.at("userId")]).toEqual([201, ann.id]);
  const { items } = await listAudit(h.rounds.deps, { limit: 50 });
  const recorded = items.filter((entry) => entry.requestId === requestId);
  expect(recorded.map(({ action, subject }) => [action, subject])).toEqual([
    ["user.acted-for", `user/${ann.id}`],
  ]);
  expect((await h.as("support")("POST", "/bets", { json: bet, headers: key() })).status).toBe(403);
});

/** Something to ask of every route that changes what is a user's. */
const BODIES: Readonly<Record<string, object>> = {
  "POST /bets": { side: "UP", stakeMicroUsdc: "1" },
  "POST /withdrawals": { amountMicroUsdc: "1", to: TO },
  "POST /wallets": {},
  "POST /users/{userId}/payout-addresses": { address: TO },
  "POST /users/{userId}/protection/block": { reason: "asked us to" },
  "POST /users/{userId}/protection/held-uses": { amountMicroUsdc: "1" },
  "POST /users/{userId}/protection/limits/{kind}/{period}/confirmations": {
    amountMicroUsdc: "5",
  },
  "POST /users/{userId}/protection/returns": { reason: "asked us to" },
  "POST /users/{userId}/protection/self-exclusions": { months: 6 },
  "POST /users/{userId}/protection/time-outs": { hours: 24 },
  "POST /users/{userId}/protection/unblock": { reason: "asked us to" },
  "PUT /users/{userId}/protection/limits/{kind}/{period}": { amountMicroUsdc: "5" },
};

test("whoever changes what is another user's is on record, on every route that lets them", async () => {
  const { credentials } = h;
  const [userId, adminId] = [await h.player("10000000"), randomUUID()];
  const credential = credentials.issue({ roles: ["admin"], userId: adminId });
  const changing = operationsOf(h.api).filter(
    ({ name, method, path }) =>
      method !== "GET" && (path.includes("{userId}") || BY_THING[name] !== undefined),
  );
  expect(changing.length).toBeGreaterThan(12);
  for (const { name, method, path, operation } of changing) {
    const filled = path
      .replaceAll("{userId}", userId)
      .replaceAll("{kind}", "stake")
      .replaceAll("{period}", "day")
      .replaceAll("{address}", TO);
    const takesBody = operation.requestBody !== undefined;
    const body = BODIES[name] ?? {};
    const json = path.includes("{userId}") ? body : { ...body, userId };
    const requestId = randomUUID();
    const headers = { ...key(), "X-Request-Id": requestId };
    const init = { headers, credential, ...(takesBody ? { json } : {}) };
    const { status, text } = await h.ask(method, filled, init);
    expect([name, status === 422 ? text : "read"]).toEqual([name, "read"]);
    const forStaff = !JSON.stringify(operation.security).includes("own:");
    // what is staff's alone is on record where it was done; what is the user's own, even where it was not
    if (forStaff && status >= 400) continue;
    const rows = await h.rounds.scratch.owner.sql<{ actor: string; subject: string }[]>`
      select actor, subject from database.audit where request_id = ${requestId} order by id limit 1`;
    const [first] = rows;
    expect([name, first?.actor, first?.subject]).toEqual([name, adminId, `user/${userId}`]);
  }
});

test("a credential does what its scopes and its owner's roles both allow", async () => {
  const credential = h.credentials.issue({ roles: ["player"], userId: ann.id, only: ["own:read"] });
  const ask: Ask = (method, path, init = {}) => h.ask(method, path, { ...init, credential });
  expect((await ask("GET", `/users/${ann.id}/balance`)).status).toBe(200);
  expect((await ask("GET", `/bets/${ann.bet}`)).status).toBe(200);
  expect((await ask("GET", `/users/${bob.id}/balance`)).status).toBe(404);
  const bet = { json: { side: "UP", stakeMicroUsdc: "1" }, headers: key() };
  const refused = await ask("POST", "/bets", bet);
  expect([refused.status, refused.at("code")]).toEqual([403, "FORBIDDEN"]);
  expect(refused.headers.get("WWW-Authenticate")).toBe(
    'Bearer realm="closebell", error="insufficient_scope"',
  );
  expect((await ask("GET", "/auth/sessions")).status).toBe(403);
});

test("who is not known is told how to come in, before their body is looked at", async () => {
  const nobody = h.as(null);
  const without = await nobody("POST", "/bets", { body: "not json" });
  expect([without.status, without.headers.get("WWW-Authenticate")]).toEqual([
    401,
    'Bearer realm="closebell"',
  ]);
  const wrong = await h.ask("POST", "/bets", { body: "not json", credential: "forged" });
  expect([wrong.status, wrong.headers.get("WWW-Authenticate")]).toEqual([
    401,
    'Bearer realm="closebell", error="invalid_token"',
  ]);
  expect((await h.ask("GET", "/rounds/current", { credential: "forged" })).status).toBe(200);
  expect((await nobody("HEAD", `/users/${ann.id}`)).status).toBe(401);
});
