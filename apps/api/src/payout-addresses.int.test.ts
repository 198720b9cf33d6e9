import { expect, test } from "bun:test";
import { DEFAULT_POLICY } from "@closebell/custody";
import { scriptedChain } from "@closebell/custody/testing";
import { microUsdc } from "@closebell/money";
import { type ApiHarness, apiHarness } from "./testing/api-harness.ts";

const OUTSIDE = `0x${"5".repeat(40)}`;

const realHarness = (): Promise<ApiHarness> =>
  apiHarness({
    chains: [scriptedChain({ name: "real", simulated: false })],
    policy: { ...DEFAULT_POLICY, withdrawalMaximum: microUsdc(50_000_000n) },
  });

const withdraw = (h: ApiHarness, userId: string, to: string, amountMicroUsdc = "1000000") =>
  h.ask("POST", "/withdrawals", {
    json: { userId, to, amountMicroUsdc },
    headers: { "Idempotency-Key": `${to}/${amountMicroUsdc}` },
  });

test("an address is saved once, waits for a day, and goes at once", async () => {
  await using h = await realHarness();
  const user = await h.player();
  const path = `/users/${user}/payout-addresses`;
  expect((await h.ask("GET", path)).json()).toEqual({ items: [] });
  const saved = await h.ask("POST", path, { json: { address: OUTSIDE } });
  expect(saved.status).toBe(201);
  expect(saved.json()).toEqual({
    userId: user,
    chain: "real",
    address: OUTSIDE,
    createdAt: "2026-11-20T12:00:00Z",
    usableFrom: "2026-11-21T12:00:00Z",
    simulated: false,
  });
  await h.moveTo("2026-11-20T13:00:00Z");
  expect((await h.ask("POST", path, { json: { address: OUTSIDE } })).json()).toEqual(saved.json());
  expect((await h.ask("GET", path)).json()).toEqual({ items: [saved.json()] });
  const removed = await h.ask("DELETE", `${path}/${OUTSIDE}`);
  expect([removed.status, removed.text]).toEqual([204, ""]);
  expect((await h.ask("GET", path)).json()).toEqual({ items: [] });
  const again = await h.ask("DELETE", `${path}/${OUTSIDE}?chain=real`);
  expect([again.status, again.at("code")]).toEqual([404, "PAYOUT_ADDRESS_UNKNOWN"]);
  const anew = await h.ask("POST", path, { json: { address: OUTSIDE, chain: "real" } });
  expect(anew.at("usableFrom")).toBe("2026-11-21T13:00:00Z");
});

/** A player who registered with a mail address: their id, and how they ask. */
const registered = async (h: ApiHarness, email: string) => {
  const password = "correct horse battery";
  await h.as(null)("POST", "/auth/register", { json: { email, password } });
  const json = { token: await h.mailedTo(email), password };
  const entered = await h.as(null)("POST", "/auth/verify-email", { json });
  const [userId, credential] = [entered.at("user.id") ?? "", entered.at("accessToken") ?? null];
  const ask: ApiHarness["ask"] = (method, path, init = {}) =>
    h.ask(method, path, { credential, ...init });
  return { userId, ask };
};

test("whoever is to be paid somewhere new is written to: where, from when, and what to do if it wasn't them", async () => {
  await using h = await realHarness();
  const email = "ada@example.com";
  const { userId, ask } = await registered(h, email);
  const path = `/users/${userId}/payout-addresses`;
  const notices = async () => (await h.lettersTo(email)).slice(1);
  const save = (address = OUTSIDE) =>
    ask("POST", path, { json: { address }, headers: { "Idempotency-Key": address } });
  expect((await save()).status).toBe(201);
  const [notice, ...more] = await notices();
  expect(more).toEqual([]);
  expect(notice?.subject).toBe("An address for your withdrawals from Closebell was saved");
  for (const said of [OUTSIDE, "on real", "from 2026-11-21T12:00:00Z on", "https://bets.example"])
    expect(notice?.text).toContain(said);
  expect(notice?.text).toContain("If it wasn't you");
  expect(notice?.text).toContain("choose a new password");
  // saved already, or refused: nothing new to tell
  expect((await save()).headers.get("Idempotency-Replayed")).toBe("true");
  expect((await ask("POST", path, { json: { address: OUTSIDE } })).status).toBe(201);
  expect((await save("nowhere")).status).toBe(422);
  expect(await notices()).toHaveLength(1);
  // whoever does it, and every time: an address that was removed waits anew
  await ask("DELETE", `${path}/${OUTSIDE}`);
  expect((await h.ask("POST", path, { json: { address: OUTSIDE } })).status).toBe(201);
  expect(await notices()).toHaveLength(2);
});

test("whoever has no mail address is not written to, and saves as well", async () => {
  await using h = await realHarness();
  const user = await h.player();
  const json = { address: OUTSIDE };
  expect((await h.ask("POST", `/users/${user}/payout-addresses`, { json })).status).toBe(201);
  expect(await h.rounds.scratch.owner.sql`select from identity.letter`).toHaveLength(0);
});

test("what is no address, no user or no chain is refused", async () => {
  await using h = await realHarness();
  const user = await h.player();
  const path = `/users/${user}/payout-addresses`;
  const own = (await h.ask("POST", "/wallets", { json: { userId: user } })).at("address");
  for (const address of ["nobody", own]) {
    const refused = await h.ask("POST", path, { json: { address } });
    expect([address, refused.status, refused.at("code")]).toEqual([
      address,
      422,
      "ADDRESS_INVALID",
    ]);
  }
  const chain = await h.ask("POST", path, { json: { address: OUTSIDE, chain: "none" } });
  expect([chain.status, chain.at("code")]).toEqual([404, "CHAIN_NOT_FOUND"]);
  const nobody = "/users/0190b6f0-0000-7000-8000-00000000abcd/payout-addresses";
  for (const method of ["GET", "POST"]) {
    const json = method === "POST" ? { json: { address: OUTSIDE } } : {};
    const refused = await h.ask(method, nobody, json);
    expect([method, refused.status, refused.at("code")]).toEqual([method, 404, "USER_NOT_FOUND"]);
  }
  expect((await h.ask("POST", path, { json: { address: "" } })).at("code")).toBe(
    "VALIDATION_FAILED",
  );
});

test("a real chain pays nothing to an address that is not saved, is too new, or is too much", async () => {
  await using h = await realHarness();
  const user = await h.player();
  const unknown = await withdraw(h, user, OUTSIDE);
  expect([unknown.status, unknown.at("code")]).toEqual([404, "PAYOUT_ADDRESS_UNKNOWN"]);
  await h.ask("POST", `/users/${user}/payout-addresses`, { json: { address: OUTSIDE } });
  const early = await withdraw(h, user, OUTSIDE);
  expect([early.status, early.at("code")]).toEqual([409, "PAYOUT_ADDRESS_TOO_NEW"]);
  expect(early.at("detail")).toContain("2026-11-21T12:00:00Z");
  await h.moveTo("2026-11-21T12:00:00Z");
  const much = await withdraw(h, user, OUTSIDE, "50000001");
  expect([much.status, much.at("code")]).toEqual([422, "WITHDRAWAL_LIMIT_EXCEEDED"]);
  const poor = await withdraw(h, user, OUTSIDE);
  expect([poor.status, poor.at("code")]).toEqual([409, "INSUFFICIENT_FUNDS"]);
});

test("where no chain is simulated there is no way to simulate a deposit", async () => {
  await using h = await realHarness();
  const refused = await h.ask("POST", "/simulate/deposit_webhook", { json: {} });
  expect([refused.status, refused.at("code")]).toEqual([404, "ROUTE_NOT_FOUND"]);
  expect((await h.ask("GET", "/openapi.json")).text).not.toContain("deposit_webhook");
});

test("figures of custody are in the metrics", async () => {
  await using h = await apiHarness({ settings: { metricsMaxAgeMs: 0 } });
  const user = await h.player("10000000");
  await withdraw(h, user, OUTSIDE);
  const { text } = await h.ask("GET", "/metrics");
  for (const line of [
    'closebell_withdrawals{state="REQUESTED"} 1',
    'closebell_withdrawals{state="NEEDS_REVIEW"} 0',
    'closebell_deposits{state="SUSPENDED"} 0',
    "closebell_oldest_pending_deposit_seconds 0",
    'closebell_withdrawals_waiting_micro_usdc{chain="scripted"} 1000000',
    'closebell_withdrawals_paused{chain="scripted"} 0',
    'closebell_reorg_loss_micro_usdc{chain="scripted"} 0',
    'closebell_backfill_deposits{chain="scripted"} 0',
  ])
    expect(text).toContain(`\n${line}\n`);
});
