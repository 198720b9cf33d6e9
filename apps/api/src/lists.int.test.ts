import { expect, test } from "bun:test";
import { apiHarness, type ApiHarness } from "./testing/api-harness.ts";

/** Every item of a list, by pages of `limit`. */
const walk = async (h: ApiHarness, path: string, limit: number): Promise<unknown[]> => {
  const items: unknown[] = [];
  let cursor: string | undefined;
  do {
    const query = new URLSearchParams({ limit: String(limit), ...(cursor && { cursor }) });
    const page = await h.ask("GET", `${path}?${query.toString()}`);
    expect(page.status).toBe(200);
    const { items: some, nextCursor } = Object(page.json());
    expect(some.length).toBeLessThanOrEqual(limit);
    items.push(...some);
    cursor = nextCursor ?? undefined;
  } while (cursor !== undefined);
  return items;
};

test("lists come in pages without gaps or repetitions, newest first", async () => {
  await using h = await apiHarness();
  await h.moveTo("2026-11-20T22:00:00Z");
  const user = await h.player("10000000");
  for (let n = 0; n < 5; n += 1) {
    await h.ask("POST", "/bets", {
      json: { userId: user, side: n % 2 === 0 ? "UP" : "DOWN", stakeMicroUsdc: 1000 + n },
      headers: { "Idempotency-Key": `k${n}` },
    });
    await h.ask("POST", "/withdrawals", {
      json: { userId: user, amountMicroUsdc: 1 + n, to: `0x${"e".repeat(40)}` },
      headers: { "Idempotency-Key": `w${n}` },
    });
    await h.ask("POST", "/simulate/deposit_webhook", {
      json: { userId: user, amountMicroUsdc: 100 + n, tx: `t${n}` },
    });
  }
  for (const [list, field, count] of [
    ["bets", "stakeMicroUsdc", 5],
    ["withdrawals", "amountMicroUsdc", 5],
    ["deposits", "amountMicroUsdc", 6],
    ["transfers", "id", 16],
  ] as const) {
    const path = `/users/${user}/${list}`;
    const all = await walk(h, path, 100);
    expect(all, list).toHaveLength(count);
    for (const limit of [1, 2, 5]) expect(await walk(h, path, limit), list).toEqual(all);
    const own = all.slice(0, 5).map((item) => BigInt(Object(item)[field]));
    expect(own, list).toEqual(own.toSorted((a, b) => (a > b ? -1 : 1)));
  }
  const withdrawing = await h.ask("GET", `/users/${user}/transfers?account=withdrawing`);
  expect(withdrawing.at("items.0.amountMicroUsdc")).toBe("5");
  expect(withdrawing.text).not.toContain("counterpart");
});

test("rounds are listed and filtered, in pages", async () => {
  await using h = await apiHarness();
  await h.moveTo("2026-11-20T22:00:00Z");
  const all = await walk(h, "/rounds", 1);
  const codes = all.map((round) => String(Object(round).code));
  expect(codes.length).toBeGreaterThan(2);
  expect(codes).toEqual(codes.toSorted().toReversed());
  const open = await h.ask("GET", "/rounds?state=OPEN&market=NDX");
  expect(open.at("items.0.code")).toBe("20261123");
  expect(open.at("items.1")).toBeUndefined();
  expect((await h.ask("GET", "/rounds?state=VOID")).json()).toEqual({
    items: [],
    nextCursor: null,
  });
  const [cursor] = [(await h.ask("GET", "/rounds?limit=1")).at("nextCursor")];
  const foreign = await h.ask("GET", `/rounds?state=OPEN&cursor=${cursor}`);
  expect(foreign.at("code")).toBe("CURSOR_INVALID");
});

test("a quote, one-sided where it is, on a named round and on the one open now", async () => {
  await using h = await apiHarness();
  await h.moveTo("2026-11-20T22:00:00Z");
  const user = await h.player("10000000");
  await h.ask("POST", "/bets", {
    json: { userId: user, side: "DOWN", stakeMicroUsdc: "1000000" },
    headers: { "Idempotency-Key": "k" },
  });
  const quoted = await h.ask("GET", "/quote?stakeMicroUsdc=1000000");
  expect(quoted.json()).toMatchObject({
    market: "NDX",
    roundCode: "20261123",
    stakeMicroUsdc: "1000000",
    up: { payoutMicroUsdc: "1990000", profitMicroUsdc: "990000", oneSided: false },
    down: { payoutMicroUsdc: "1000000", profitMicroUsdc: "0", oneSided: true },
    simulated: true,
  });
  const named = await h.ask("GET", "/rounds/20261123/quote?stakeMicroUsdc=1000000");
  expect(named.json()).toEqual(quoted.json());
  const closed = await h.ask("GET", "/rounds/20261124/quote?stakeMicroUsdc=1000000");
  expect([closed.status, closed.at("code")]).toEqual([409, "ROUND_NOT_OPEN"]);
  const refused = await h.ask("POST", "/bets", {
    json: { userId: await h.player(), side: "UP", stakeMicroUsdc: "1", roundCode: "20261124" },
    headers: { "Idempotency-Key": "closed" },
  });
  expect(closed.at("detail")).toBe(refused.at("detail"));
});

test("markets, rules in words and figures, and the calendar with its sources", async () => {
  await using h = await apiHarness();
  await h.moveTo("2026-11-20T22:00:00Z");
  const market = await h.ask("GET", "/markets/NDX");
  expect((await h.ask("GET", "/markets")).json()).toEqual({ items: [market.json()] });
  const round = await h.ask("GET", "/rounds/20261123");
  expect(round.at("rules.feeBps")).toBe("100");
  expect(round.at("rules.fee")).toContain("1 % of the losing pool");
  expect(round.at("rules.tie")).toContain("DOWN");
  expect(round.at("rules.void")).toContain("Every stake comes back in full");
  expect(round.at("rules.finality")).toContain("final");
  const days = await h.ask("GET", "/calendar?from=2026-11-25&to=2026-11-30");
  expect(days.json()).toMatchObject({
    exchange: "NASDAQ",
    items: [
      { date: "2026-11-25", kind: "regular", closesAt: "2026-11-25T21:00:00Z" },
      { date: "2026-11-26", kind: "closed", closesAt: null },
      { date: "2026-11-27", kind: "early", closesAt: "2026-11-27T18:00:00Z" },
      { date: "2026-11-30", kind: "regular" },
    ],
  });
  expect((await h.ask("GET", "/calendar")).at("items.0.date")).toBe("2026-11-20");
});

test("what is polled has an ETag, which changes when the answer does", async () => {
  await using h = await apiHarness();
  await h.moveTo("2026-11-20T22:00:00Z");
  const user = await h.player("10000000");
  for (const path of [
    "/rounds/current",
    "/rounds/20261123",
    "/quote?stakeMicroUsdc=5",
    "/markets",
  ]) {
    const first = await h.ask("GET", path);
    const tag = first.headers.get("ETag") ?? "";
    const second = await h.ask("GET", path, { headers: { "If-None-Match": tag } });
    expect([path, second.status, second.text]).toEqual([path, 304, ""]);
  }
  const tag = (await h.ask("GET", "/rounds/current")).headers.get("ETag") ?? "";
  await h.ask("POST", "/bets", {
    json: { userId: user, side: "DOWN", stakeMicroUsdc: "1000000" },
    headers: { "Idempotency-Key": "k" },
  });
  const after = await h.ask("GET", "/rounds/current", { headers: { "If-None-Match": tag } });
  expect([after.status, after.at("open.poolDownMicroUsdc")]).toEqual([200, "1000000"]);
});

test("the current round is defined at every moment, also before anything is scheduled", async () => {
  await using h = await apiHarness();
  expect((await h.ask("GET", "/rounds/current")).json()).toEqual({
    market: "NDX",
    open: null,
    opensNextAt: null,
    settling: [],
  });
  await h.moveTo("2026-11-23T20:59:58Z");
  expect((await h.ask("GET", "/rounds/current")).at("open.code")).toBe("20261123");
  await h.ask("POST", "/simulate/clock", { json: { to: "2026-11-23T20:59:59Z" } });
  const locked = await h.ask("GET", "/rounds/current");
  expect(locked.at("open.code")).toBe("20261124");
  expect(locked.at("settling.0.state")).toBe("LOCKED");
});

test("the sandbox's clock moves over HTTP, nowhere else", async () => {
  await using h = await apiHarness();
  expect((await h.ask("GET", "/clock")).json()).toEqual({
    now: "2026-11-20T12:00:00Z",
    sandbox: true,
  });
  const advanced = await h.ask("POST", "/simulate/clock", { json: { advanceSeconds: 60 } });
  expect(advanced.at("now")).toBe("2026-11-20T12:01:00Z");
  const moved = await h.ask("POST", "/simulate/clock", {
    json: { to: "2026-11-20T09:00:00-05:00" },
  });
  expect(moved.json()).toEqual({ now: "2026-11-20T14:00:00Z", sandbox: true });
  await using real = await apiHarness({}, { sandbox: false });
  expect((await real.ask("GET", "/clock")).at("sandbox")).toBe("false");
  const refused = await real.ask("POST", "/simulate/clock", { json: { advanceSeconds: 60 } });
  expect([refused.status, refused.at("code")]).toEqual([403, "SANDBOX_ONLY"]);
});

test("a simulated close is set through the door the runtime gives, and only if there is one", async () => {
  await using h = await apiHarness();
  const answer = await h.ask("POST", "/simulate/close", {
    json: {
      date: "2026-11-23",
      mode: "late",
      availableFrom: "2026-11-23T21:20:00Z",
      close: "1.50",
    },
  });
  expect(answer.json()).toEqual({
    market: "NDX",
    source: "simulated",
    date: "2026-11-23",
    close: "1.50",
    mode: "late",
    simulated: true,
  });
  expect(h.setCloses).toMatchObject([{ symbol: "NDX", price: "1.50", mode: "late" }]);
  expect(h.setCloses[0]?.availableFrom?.toString()).toBe("2026-11-23T21:20:00Z");
});

test("figures of rounds, bets and money are in the metrics", async () => {
  await using h = await apiHarness({ settings: { metricsMaxAgeMs: 0 } });
  await h.moveTo("2026-11-20T22:00:00Z");
  const user = await h.player("10000000");
  await h.ask("POST", "/bets", {
    json: { userId: user, side: "DOWN", stakeMicroUsdc: "1000000" },
    headers: { "Idempotency-Key": "k" },
  });
  const { text } = await h.ask("GET", "/metrics");
  for (const line of [
    "closebell_tvl_micro_usdc 10000000",
    "closebell_ledger_imbalance_micro_usdc 0",
    'closebell_rounds{market="NDX",state="OPEN"} 1',
    'closebell_bets{market="NDX",side="DOWN",outcome="OPEN"} 1',
    'closebell_bet_volume_micro_usdc{market="NDX",side="DOWN",outcome="OPEN"} 1000000',
    'closebell_rounds_overdue{market="NDX"} 0',
    'closebell_rounds_held{market="NDX"} 0',
  ])
    expect(text).toContain(`\n${line}\n`);
  expect(text).toMatch(/\nclosebell_calendar_days_left{exchange="NASDAQ"} [0-9]{3}\n/);
});
