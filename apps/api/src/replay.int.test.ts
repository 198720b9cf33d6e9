import { expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { expectBalancedBooks } from "@closebell/rounds/testing";
import { apiHarness, type ApiHarness } from "./testing/api-harness.ts";

const open = async (): Promise<ApiHarness> => {
  const h = await apiHarness();
  await h.moveTo("2026-11-20T22:00:00Z");
  return h;
};

const place = (h: ApiHarness, userId: string, key: string, change: object = {}) =>
  h.asUser(userId)("POST", "/bets", {
    json: { side: "UP", stakeMicroUsdc: "1000000", ...change },
    headers: { "Idempotency-Key": key },
  });

test("a bet sent again, also after the lock and the payout, gets its first answer", async () => {
  await using h = await open();
  const user = await h.player("10000000");
  const first = await place(h, user, "k1");
  expect([first.status, first.headers.get("Idempotency-Replayed")]).toEqual([201, null]);
  const expectReplay = async () => {
    const again = await place(h, user, "k1");
    expect(again.status).toBe(201);
    expect(again.json()).toEqual(first.json());
    expect(again.headers.get("Idempotency-Replayed")).toBe("true");
    expect(again.headers.get("Location")).toBe(first.headers.get("Location"));
  };
  await expectReplay();
  await h.moveTo("2026-11-23T20:59:59Z");
  await expectReplay();
  h.rounds.oracle.script("2026-11-20", { kind: "right", price: "100" });
  h.rounds.oracle.script("2026-11-23", { kind: "right", price: "101" });
  await h.moveTo("2026-11-23T21:05:00Z");
  await h.moveTo("2026-11-23T21:05:01Z");
  await expectReplay();
  expect((await h.ask("GET", `/users/${user}/bets`)).json()).toMatchObject({
    items: [{ id: first.at("id"), state: "WON", payoutMicroUsdc: "1000000" }],
    nextCursor: null,
  });
  await expectBalancedBooks(h.rounds);
});

test("quotes around a key, as structured fields have them, make no other key", async () => {
  await using h = await open();
  const user = await h.player("10000000");
  const first = await place(h, user, "k1");
  const again = await place(h, user, '"k1"');
  expect(again.json()).toEqual(first.json());
});

test("a key used for another body is refused, and only success uses a key up", async () => {
  await using h = await open();
  const user = await h.player("10000000");
  const tooMuch = await place(h, user, "k1", { stakeMicroUsdc: "10000001" });
  expect(tooMuch.at("code")).toBe("INSUFFICIENT_FUNDS");
  expect((await place(h, user, "k1")).status).toBe(201);
  for (const change of [{ side: "DOWN" }, { stakeMicroUsdc: "2000000" }]) {
    const other = await place(h, user, "k1", change);
    expect([other.status, other.at("code")]).toEqual([422, "IDEMPOTENCY_KEY_REUSED"]);
  }
  const balance = await h.ask("GET", `/users/${user}/balance`);
  expect(balance.at("availableMicroUsdc")).toBe("9000000");
});

test("the same amount as string and as number is the same body", async () => {
  await using h = await open();
  const user = await h.player("10000000");
  const first = await place(h, user, "k1", { stakeMicroUsdc: 1_000_000 });
  const again = await place(h, user, "k1", { stakeMicroUsdc: "1000000" });
  expect(again.headers.get("Idempotency-Replayed")).toBe("true");
  expect(again.json()).toEqual(first.json());
});

test("fifty identical bets at once are one", async () => {
  await using h = await open();
  const user = await h.player("100000000");
  const answers = await Promise.all(Array.from({ length: 50 }, () => place(h, user, "k1")));
  expect(new Set(answers.map((answer) => answer.text)).size).toBe(1);
  expect(answers.filter((a) => a.headers.get("Idempotency-Replayed") === null)).toHaveLength(1);
  const balance = await h.ask("GET", `/users/${user}/balance`);
  expect(balance.at("availableMicroUsdc")).toBe("99000000");
  await expectBalancedBooks(h.rounds);
});

test("a withdrawal sent again gets its first answer, with another body a refusal", async () => {
  await using h = await open();
  const user = await h.player("10000000");
  const ask = (amountMicroUsdc: string) =>
    h.asUser(user)("POST", "/withdrawals", {
      json: { amountMicroUsdc, to: `0x${"e".repeat(40)}` },
      headers: { "Idempotency-Key": "w1" },
    });
  const first = await ask("4000000");
  const again = await ask("4000000");
  expect(again.json()).toEqual(first.json());
  expect(again.headers.get("Idempotency-Replayed")).toBe("true");
  expect((await ask("4000001")).at("code")).toBe("IDEMPOTENCY_KEY_REUSED");
  expect((await h.ask("GET", `/users/${user}/balance`)).json()).toEqual({
    userId: user,
    availableMicroUsdc: "6000000",
    withdrawingMicroUsdc: "4000000",
    heldMicroUsdc: "0",
  });
});

test("a deposit told twice counts once; told otherwise it is a conflict", async () => {
  await using h = await open();
  const user = await h.player();
  const wallet = await h.ask("POST", "/wallets", { json: { userId: user } });
  expect(wallet.at("simulated")).toBe("true");
  const tx = randomUUID();
  const tell = (change: object = {}) =>
    h.ask("POST", "/simulate/deposit_webhook", {
      json: { userId: user, amountMicroUsdc: "5", tx, ...change },
    });
  const first = await tell();
  expect([first.status, first.at("state"), first.at("address")]).toEqual([
    201,
    "CREDITED",
    wallet.at("address"),
  ]);
  const again = await tell({ userId: undefined, address: wallet.at("address") });
  expect(again.json()).toEqual(first.json());
  expect(again.headers.get("Idempotency-Replayed")).toBe("true");
  expect((await tell({ amountMicroUsdc: "6" })).at("code")).toBe("DEPOSIT_CONFLICT");
  expect((await tell({ log: 1 })).headers.get("Idempotency-Replayed")).toBeNull();
  expect((await h.ask("GET", `/users/${user}/balance`)).at("availableMicroUsdc")).toBe("10");
  const wallets = await h.ask("GET", `/users/${user}/wallets`);
  expect(wallets.json()).toEqual({ items: [wallet.json()] });
  const same = await h.ask("POST", "/wallets", { json: { userId: user } });
  expect(same.json()).toEqual(wallet.json());
});
