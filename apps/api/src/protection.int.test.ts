import { afterAll, beforeAll, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { DEFAULT_POLICY } from "@closebell/custody";
import type { Screening, ScreeningRefusal } from "@closebell/protection";
import { apiHarness, type ApiHarness } from "./testing/api-harness.ts";

let h: ApiHarness;

beforeAll(async () => {
  h = await apiHarness();
  await h.moveTo("2026-11-20T14:00:00Z");
});

afterAll(() => h[Symbol.asyncDispose]());

const key = (name: string = randomUUID()) => ({ "Idempotency-Key": name });

const somebody = async (micro?: string) => {
  const id = await h.player(micro);
  return { id, at: `/users/${id}/protection`, ask: h.asUser(id) };
};

const bet = (ask: ApiHarness["ask"], stakeMicroUsdc: string) =>
  ask("POST", "/bets", { json: { side: "UP", stakeMicroUsdc }, headers: key() });

test("a player sets limits, sees what is used of them, and is refused beyond them", async () => {
  const { id, at, ask } = await somebody("1000");
  expect((await ask("GET", at)).json()).toEqual({
    userId: id,
    suspended: false,
    restrictions: [],
    limits: [],
  });
  const set = await ask("PUT", `${at}/limits/stake/day`, { json: { amountMicroUsdc: "100" } });
  expect(set.status).toBe(200);
  expect(set.at("limits.0.remainingMicroUsdc")).toBe("100");
  expect((await bet(ask, "60")).status).toBe(201);
  const beyond = await bet(ask, "41");
  expect([beyond.status, beyond.at("code")]).toEqual([409, "PROTECTION_LIMIT_EXCEEDED"]);
  const raised = await ask("PUT", `${at}/limits/stake/day`, { json: { amountMicroUsdc: null } });
  expect(raised.at("limits.0.amountMicroUsdc")).toBe("100");
  expect(raised.at("limits.0.usedMicroUsdc")).toBe("60");
  expect(raised.at("limits.0.pending.from")).toBe("2026-11-21T14:00:00Z");
  const activity = await ask("GET", `${at}/activity`);
  for (const span of ["day", "week", "month", "sixMonths", "lifetime"]) {
    expect(activity.at(`${span}.depositedMicroUsdc`)).toBe("1000");
    expect(activity.at(`${span}.stakedMicroUsdc`)).toBe("60");
  }
});

test("a player confirms a looser limit when its day is over, and not before", async () => {
  await using own = await apiHarness();
  await own.moveTo("2026-11-20T14:00:00Z");
  const id = await own.player("1000");
  const ask = own.asUser(id);
  const at = `/users/${id}/protection/limits/stake/week`;
  const json = { amountMicroUsdc: "500" };
  await ask("PUT", at, { json: { amountMicroUsdc: "100" } });
  const asked = await ask("PUT", at, { json });
  expect(asked.at("limits.0.pending.until")).toBe("2026-11-24T14:00:00Z");
  const early = await ask("POST", `${at}/confirmations`, { json, headers: key("yes") });
  expect([early.status, early.at("code")]).toEqual([409, "NOTHING_TO_CONFIRM"]);
  await own.moveTo("2026-11-21T14:00:00Z");
  const beyond = await bet(ask, "101");
  expect([beyond.status, beyond.at("code")]).toEqual([409, "PROTECTION_LIMIT_EXCEEDED"]);
  const another = await ask("POST", `${at}/confirmations`, { json: { amountMicroUsdc: "501" } });
  expect(another.at("code")).toBe("NOTHING_TO_CONFIRM");
  const yes = await ask("POST", `${at}/confirmations`, { json, headers: key("yes") });
  expect([yes.status, yes.at("limits.0.amountMicroUsdc")]).toEqual([200, "500"]);
  const again = await ask("POST", `${at}/confirmations`, { json, headers: key("yes") });
  expect([again.text, again.headers.get("Idempotency-Replayed")]).toEqual([yes.text, "true"]);
  expect((await bet(ask, "101")).status).toBe(201);
  const changes = await ask("GET", `/users/${id}/protection/changes?limit=2`);
  expect([changes.at("items.0.what"), changes.at("items.0.own")]).toEqual([
    "limit-confirmed",
    "true",
  ]);
  expect(changes.at("items.1.content.confirmFrom")).toBe("2026-11-21T14:00:00Z");
});

test("whoever shut himself out plays a day after staff wrote down that he asked to, and not before his term is over", async () => {
  await using own = await apiHarness();
  const id = await own.player("100");
  const ask = own.asUser(id);
  const at = `/users/${id}/protection`;
  const json = { reason: "telephoned, and is sure" };
  const staff = own.as("operator");
  await ask("POST", `${at}/self-exclusions`, { json: { months: 6 } });
  const early = await staff("POST", `${at}/returns`, { json });
  expect([early.status, early.at("code")]).toEqual([409, "RESTRICTION_STANDS"]);
  await own.moveTo("2027-05-21T14:00:00Z");
  expect((await ask("GET", at)).at("suspended")).toBe("true");
  expect((await bet(ask, "10")).at("code")).toBe("PLAY_SUSPENDED");
  expect((await ask("POST", `${at}/returns`, { json })).status).toBe(403);
  expect((await own.as("support")("POST", `${at}/returns`, { json })).status).toBe(403);
  const back = await staff("POST", `${at}/returns`, { json });
  expect([back.status, back.at("suspended")]).toEqual([200, "true"]);
  expect(back.at("restrictions.0.overAt")).toBe("2027-05-22T14:00:00Z");
  expect((await bet(ask, "10")).at("code")).toBe("PLAY_SUSPENDED");
  const changes = await ask("GET", `${at}/changes?limit=1`);
  expect([changes.at("items.0.what"), changes.at("items.0.own")]).toEqual(["return", "false"]);
  const withdrawal = { amountMicroUsdc: "90", to: `0x${"e".repeat(40)}` };
  expect((await ask("POST", "/withdrawals", { json: withdrawal, headers: key() })).status).toBe(
    201,
  );
  await own.moveTo("2027-05-22T14:00:00Z");
  expect((await ask("GET", at)).at("suspended")).toBe("false");
  expect((await bet(ask, "10")).at("code")).not.toBe("PLAY_SUSPENDED");
});

test("limits, breaks and exclusions that make no sense are refused by field", async () => {
  const { at, ask } = await somebody();
  for (const [to, method, json, code] of [
    ["/limits/stake/day", "PUT", { amountMicroUsdc: "-1" }, "AMOUNT_INVALID"],
    ["/limits/stake/day", "PUT", { amountMicroUsdc: 0.5 }, "AMOUNT_INVALID"],
    ["/limits/stake/day", "PUT", { amountMicroUsdc: "9".repeat(30) }, "AMOUNT_OVERFLOW"],
    ["/limits/stake/day", "PUT", {}, "VALIDATION_FAILED"],
    ["/limits/stake/year", "PUT", { amountMicroUsdc: "1" }, "VALIDATION_FAILED"],
    ["/limits/wins/day", "PUT", { amountMicroUsdc: "1" }, "VALIDATION_FAILED"],
    ["/time-outs", "POST", { hours: 23 }, "VALIDATION_FAILED"],
    ["/time-outs", "POST", { hours: 24, why: "x" }, "VALIDATION_FAILED"],
    ["/self-exclusions", "POST", { months: 5 }, "VALIDATION_FAILED"],
    ["/self-exclusions", "POST", {}, "VALIDATION_FAILED"],
  ] as const) {
    const answer = await ask(method, `${at}${to}`, { json });
    expect([to, json, answer.status, answer.at("code")]).toEqual([to, json, 422, code]);
  }
  const zero = await ask("PUT", `${at}/limits/loss/month`, { json: { amountMicroUsdc: 0 } });
  expect(zero.at("limits.0.amountMicroUsdc")).toBe("0");
});

test("who takes a break or shuts himself out bets no more, and may withdraw everything", async () => {
  const { at, ask } = await somebody("500");
  const rest = await ask("POST", `${at}/time-outs`, { json: { hours: 48 }, headers: key("rest") });
  expect([rest.status, rest.at("suspended")]).toEqual([201, "true"]);
  const again = await ask("POST", `${at}/time-outs`, { json: { hours: 48 }, headers: key("rest") });
  expect([again.status, again.headers.get("Idempotency-Replayed")]).toEqual([201, "true"]);
  expect(again.json()).toEqual(rest.json());
  const shorter = await ask("POST", `${at}/time-outs`, { json: { hours: 24 } });
  expect([shorter.status, shorter.at("code")]).toEqual([409, "RESTRICTION_STANDS"]);
  const out = await ask("POST", `${at}/self-exclusions`, { json: { months: null } });
  expect(out.at("restrictions.1.until")).toBe("null");
  const refused = await bet(ask, "10");
  expect([refused.status, refused.at("code")]).toEqual([403, "PLAY_SUSPENDED"]);
  const withdrawal = { amountMicroUsdc: "500", to: `0x${"e".repeat(40)}` };
  const paid = await ask("POST", "/withdrawals", { json: withdrawal, headers: key() });
  expect([paid.status, paid.at("fromHeldMicroUsdc")]).toEqual([201, "0"]);
});

test("what is deposited beyond the limit is held; it comes into play within it, once for each key", async () => {
  const { id, at, ask } = await somebody("10");
  await ask("PUT", `${at}/limits/deposit/week`, { json: { amountMicroUsdc: "100" } });
  const json = { userId: id, amountMicroUsdc: "95", tx: randomUUID() };
  const deposit = await h.ask("POST", "/simulate/deposit_webhook", { json });
  expect(deposit.at("held")).toBe("true");
  expect((await ask("GET", `/users/${id}/balance`)).at("heldMicroUsdc")).toBe("95");
  const take = (amountMicroUsdc: string, name?: string) =>
    ask("POST", `${at}/held-uses`, { json: { amountMicroUsdc }, headers: key(name) });
  expect((await take("91")).at("code")).toBe("PROTECTION_LIMIT_EXCEEDED");
  expect((await take("90", "once")).status).toBe(201);
  expect((await take("90", "once")).headers.get("Idempotency-Replayed")).toBe("true");
  expect((await take("6")).at("code")).toBe("PROTECTION_LIMIT_EXCEEDED");
  expect((await ask("GET", `/users/${id}/balance`)).at("availableMicroUsdc")).toBe("100");
});

test("whoever the screening refuses gets no address to deposit at, and may have himself screened again", async () => {
  const refusals: ScreeningRefusal[] = ["age"];
  const screening: Screening = {
    name: "scripted",
    everybodyPasses: false,
    screen: () => Promise.resolve({ refusedFor: refusals.shift() ?? null, validUntil: null }),
  };
  await using own = await apiHarness({ screening, policy: { ...DEFAULT_POLICY, screened: true } });
  const id = await own.player();
  const ask = own.asUser(id);
  const refused = await ask("POST", "/wallets", { json: {} });
  expect([refused.status, refused.at("code")]).toEqual([403, "SCREENING_REFUSED"]);
  expect((await ask("GET", `/users/${id}/protection`)).at("suspended")).toBe("true");
  const again = await ask("POST", `/users/${id}/protection/screenings`);
  expect([again.status, again.at("suspended")]).toEqual([200, "false"]);
  expect((await ask("POST", "/wallets", { json: {} })).status).toBe(201);
});

test("an operator blocks and says why; the player sees it, who placed it, and lifts nothing", async () => {
  const { at, ask } = await somebody("100");
  const staff = h.as("operator");
  expect((await staff("POST", `${at}/block`, { json: {} })).status).toBe(422);
  const reason = "asked us to by telephone";
  expect((await staff("POST", `${at}/block`, { json: { reason } })).at("suspended")).toBe("true");
  expect((await ask("POST", `${at}/unblock`, { json: { reason } })).status).toBe(403);
  expect((await bet(ask, "10")).at("code")).toBe("PLAY_SUSPENDED");
  const changes = await ask("GET", `${at}/changes?limit=1`);
  expect([changes.at("items.0.what"), changes.at("items.0.own")]).toEqual(["block", "false"]);
  expect(changes.text).not.toContain(reason);
  expect((await staff("POST", `${at}/unblock`, { json: { reason } })).at("suspended")).toBe(
    "false",
  );
  expect((await bet(ask, "10")).status).toBe(201);
});
