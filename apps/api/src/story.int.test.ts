import { expect, test } from "bun:test";
import { apiHarness } from "./testing/api-harness.ts";

test("a round over HTTP: users, deposits, bets, a quote, the payout and the withdrawal", async () => {
  await using h = await apiHarness();
  await h.moveTo("2026-11-20T22:00:00Z");
  const ada = await h.player("50000000");
  const bob = await h.player("50000000");
  const nobody = h.as(null);
  const current = await nobody("GET", "/rounds/current");
  expect(current.at("open.code")).toBe("20261123");
  expect(current.at("open.simulated")).toBe("true");
  const askAda = h.asUser(ada);
  const bet = (userId: string, side: string, stakeMicroUsdc: string) =>
    h.asUser(userId)("POST", "/bets", {
      json: { side, stakeMicroUsdc },
      headers: { "Idempotency-Key": `${userId}-${side}` },
    });
  const up = await bet(ada, "UP", "10000000");
  expect(up.status).toBe(201);
  expect(up.headers.get("Location")).toBe(`/bets/${up.at("id")}`);
  expect((await bet(bob, "DOWN", "30000000")).status).toBe(201);
  const quoted = await nobody("GET", "/rounds/20261123/quote?stakeMicroUsdc=1000000");
  expect(quoted.at("up.oneSided")).toBe("false");
  expect(quoted.at("poolDownMicroUsdc")).toBe("30000000");
  expect((await nobody("GET", "/tvl")).json()).toEqual({
    tvlMicroUsdc: "100000000",
    simulated: true,
  });
  h.rounds.oracle.script("2026-11-20", { kind: "right", price: "100.00" });
  h.rounds.oracle.script("2026-11-23", { kind: "right", price: "100.01" });
  await h.moveTo("2026-11-23T21:05:00Z");
  await h.moveTo("2026-11-23T21:05:01Z");
  const settled = await nobody("GET", "/rounds/20261123");
  expect(settled.at("state")).toBe("SETTLED");
  expect(settled.at("outcome")).toBe("UP");
  expect(settled.at("feeMicroUsdc")).toBe("300000");
  const won = await askAda("GET", up.headers.get("Location") ?? "");
  expect(won.at("state")).toBe("WON");
  expect(won.at("payoutMicroUsdc")).toBe("39700000");
  expect((await askAda("GET", `/users/${ada}/balance`)).at("availableMicroUsdc")).toBe("79700000");
  const evidence = await nobody("GET", "/rounds/20261123/evidence");
  expect(evidence.at("items.0.close")).toBe("100.01");
  const out = await askAda("POST", "/withdrawals", {
    json: { amountMicroUsdc: "79700000", to: `0x${"e".repeat(40)}` },
    headers: { "Idempotency-Key": "w1" },
  });
  expect(out.status).toBe(201);
  expect((await askAda("GET", out.headers.get("Location") ?? "")).at("state")).toBe("REQUESTED");
  const statement = await askAda("GET", `/users/${ada}/transfers`);
  expect([0, 1, 2, 3].map((n) => statement.at(`items.${n}.amountMicroUsdc`))).toEqual([
    "-79700000",
    "39700000",
    "-10000000",
    "50000000",
  ]);
});
