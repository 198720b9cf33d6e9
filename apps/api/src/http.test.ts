import { expect, test } from "bun:test";
import { lonelyApi } from "./testing/lonely-api.ts";

const REQUEST_ID = "0190b6f0-0000-7000-8000-00000000abcd";
const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

test("a request keeps the id it came with, if that is a UUID", async () => {
  await using lonely = lonelyApi();
  const kept = await lonely.ask("GET", "/health", { headers: { "X-Request-Id": REQUEST_ID } });
  expect(kept.headers.get("X-Request-Id")).toBe(REQUEST_ID);
  const spelled = await lonely.ask("GET", "/health", {
    headers: { "X-Request-Id": REQUEST_ID.toUpperCase() },
  });
  expect(spelled.headers.get("X-Request-Id")).toBe(REQUEST_ID);
  for (const id of ["1", `${REQUEST_ID}0`, "<script>"]) {
    const given = await lonely.ask("GET", "/nothing", { headers: { "X-Request-Id": id } });
    expect(given.headers.get("X-Request-Id")).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(given.at("instance")).toBe(`urn:uuid:${given.headers.get("X-Request-Id")}`);
  }
});

test("a caller's trace goes on under a span of our own", async () => {
  await using lonely = lonelyApi();
  const parent = `00-${TRACE}-00f067aa0ba902b7-01`;
  const answer = await lonely.ask("GET", "/health", { headers: { traceparent: parent } });
  const traceparent = answer.headers.get("traceparent") ?? "";
  expect(traceparent).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`));
  expect(traceparent).not.toBe(parent);
});

test.each([
  undefined,
  "nonsense",
  `ff-${TRACE}-00f067aa0ba902b7-01`,
  `00-${"0".repeat(32)}-00f067aa0ba902b7-01`,
  `00-${TRACE}-${"0".repeat(16)}-01`,
  `00-${TRACE.toUpperCase()}-00f067aa0ba902b7-01`,
  `00-${TRACE}-00f067aa0ba902b7-01-more`,
])("a traceparent that is none (%s) starts a new trace", async (traceparent) => {
  await using lonely = lonelyApi();
  const headers = traceparent === undefined ? {} : { traceparent };
  const answer = await lonely.ask("GET", "/health", { headers });
  expect(answer.headers.get("traceparent")).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
  expect(answer.headers.get("traceparent")).not.toContain(TRACE);
});

test("a newer version of traceparent is read as far as it is known", async () => {
  await using lonely = lonelyApi();
  const headers = { traceparent: `01-${TRACE}-00f067aa0ba902b7-01-more` };
  const answer = await lonely.ask("GET", "/health", { headers });
  expect(answer.headers.get("traceparent")).toStartWith(`00-${TRACE}-`);
});

test("a database that is gone is 503 with Retry-After, and its address stays in the log", async () => {
  await using lonely = lonelyApi();
  for (const path of ["/rounds/current", "/tvl", "/clock", "/markets", "/health/ready"]) {
    const answer = await lonely.ask("GET", path);
    expect([path, answer.status, answer.at("code")]).toEqual([path, 503, "DATABASE_UNAVAILABLE"]);
    expect(Number(answer.headers.get("Retry-After"))).toBeGreaterThan(0);
    expect(answer.text).not.toMatch(/127\.0\.0\.1|secret|DATABASE_URL/);
  }
  expect(lonely.logged.filter(({ level }) => level === "error")).toHaveLength(5);
  expect((await lonely.ask("GET", "/health")).status).toBe(200);
  const components = await lonely.ask("GET", "/health/components");
  expect(components.at("status")).toBe("degraded");
  expect(components.at("components.0.name")).toBe("database");
  expect(components.at("components.0.status")).toBe("degraded");
  expect(components.text).not.toContain("127.0.0.1");
  const metrics = await lonely.ask("GET", "/metrics");
  expect(metrics.text).toContain("closebell_http_requests_total");
  expect(metrics.text).not.toMatch(/^closebell_tvl_micro_usdc /m);
});

test("an intake that takes no more is 503 with Retry-After", async () => {
  await using lonely = lonelyApi();
  const answer = await lonely.asUser(REQUEST_ID)("POST", "/bets", {
    json: { side: "UP", stakeMicroUsdc: "1" },
    headers: { "Idempotency-Key": "k" },
  });
  expect([answer.status, answer.at("code")]).toEqual([503, "OVERLOADED"]);
  expect(answer.headers.get("Retry-After")).toBe("1");
});

test("what nobody foresaw is a 500 that says nothing of its cause; the log has it", async () => {
  const cause = new Error("password=hunter2 in /srv/secret.ts");
  const place = () => Promise.reject(cause);
  const intake = { place, waiting: () => 0, close: () => Promise.resolve() };
  await using lonely = lonelyApi({ intake });
  const answer = await lonely.asUser(REQUEST_ID)("POST", "/bets", {
    json: { side: "UP", stakeMicroUsdc: "1" },
    headers: { "Idempotency-Key": "k" },
  });
  expect([answer.status, answer.at("code")]).toEqual([500, "INTERNAL"]);
  expect(answer.text).not.toMatch(/hunter2|secret\.ts|at /);
  const line = lonely.logged.find(({ level }) => level === "error");
  expect(line?.fields).toMatchObject({
    err: cause,
    status: 500,
    code: "INTERNAL",
    path: "/bets",
  });
});

test("errors and slow requests are logged always, others by chance", async () => {
  await using lonely = lonelyApi({ settings: { accessLogSample: 0.01 } });
  await lonely.ask("GET", "/health");
  expect(lonely.logged).toEqual([]);
  await lonely.ask("GET", "/nothing");
  expect(lonely.logged.at(-1)).toMatchObject({
    level: "info",
    message: "request refused",
    fields: { status: 404, code: "ROUTE_NOT_FOUND", route: "unmatched", path: "/nothing" },
  });
  await using sampled = lonelyApi({ settings: { accessLogSample: 1 } });
  await sampled.ask("GET", "/problems/INTERNAL", { headers: { "X-Request-Id": REQUEST_ID } });
  expect(sampled.logged.at(-1)).toMatchObject({
    level: "info",
    message: "request served",
    fields: { status: 200, route: "/problems/{code}", requestId: REQUEST_ID, method: "GET" },
  });
  await using slow = lonelyApi({ settings: { accessLogSample: 0, slowRequestMs: 0 } });
  await slow.ask("GET", "/health");
  expect(slow.logged.at(-1)).toMatchObject({ level: "warn", message: "request was slow" });
});

test("requests are counted by route and not by path", async () => {
  await using lonely = lonelyApi();
  await lonely.ask("GET", "/users/x");
  await lonely.ask("GET", "/users/y");
  await lonely.ask("GET", "/made-up");
  await lonely.ask("DELETE", "/bets");
  const { text } = await lonely.ask("GET", "/metrics");
  for (const line of [
    'closebell_http_requests_total{method="GET",route="/users/{userId}",status="422"} 2',
    'closebell_http_requests_total{method="GET",route="unmatched",status="404"} 1',
    'closebell_http_errors_total{route="/users/{userId}",code="VALIDATION_FAILED"} 2',
    'closebell_http_errors_total{route="unmatched",code="METHOD_NOT_ALLOWED"} 1',
    "closebell_bet_intake_waiting 0",
  ])
    expect(text).toContain(`\n${line}\n`);
  expect(text).toContain('closebell_http_request_seconds_bucket{le="0.001",method="GET"');
});

test("readiness ends with draining or a full intake; the process lives on", async () => {
  await using full = lonelyApi({
    settings: { intakeFullAt: 0 },
  });
  expect((await full.ask("GET", "/health/ready")).at("code")).toBe("OVERLOADED");
  await using lonely = lonelyApi();
  lonely.api.drain();
  const ready = await lonely.ask("GET", "/health/ready");
  expect([ready.status, ready.at("code")]).toEqual([503, "OVERLOADED"]);
  expect((await lonely.ask("GET", "/health")).status).toBe(200);
});

test("nobody keeps an answer unless its route says so", async () => {
  await using lonely = lonelyApi();
  const cacheOf = async (path: string) =>
    (await lonely.ask("GET", path)).headers.get("Cache-Control");
  expect(await cacheOf("/health")).toBe("no-store");
  expect(await cacheOf("/nothing")).toBe("no-store");
  expect(await cacheOf("/openapi.json")).toBe("public, no-cache");
});

test("HEAD is GET without a body", async () => {
  await using lonely = lonelyApi();
  const answer = await lonely.ask("HEAD", "/health");
  expect([answer.status, answer.text]).toEqual([200, ""]);
});

test("HEAD says how long the answer to GET is, on a path that has none too", async () => {
  await using lonely = lonelyApi();
  for (const path of ["/health", "/docs", "/openapi.json", "/nothing", "/users"]) {
    const got = await lonely.ask("GET", path);
    const head = await lonely.ask("HEAD", path);
    expect([path, head.status, head.text]).toEqual([path, got.status, ""]);
    expect(head.headers.get("Content-Length")).toBe(String(Buffer.byteLength(got.text)));
  }
  const none = await lonely.ask("HEAD", "/favicon.ico");
  expect([none.status, none.headers.get("Content-Length")]).toEqual([204, null]);
});

test("probes say what is degraded, and a simulated source or chain is named as such", async () => {
  await using lonely = lonelyApi({
    probes: [
      { name: "queue", check: () => Promise.resolve(undefined) },
      { name: "scheduler", check: () => Promise.resolve("no tick for 90 s") },
      { name: "oracle:file", check: () => Promise.reject(new Error("ENOENT /srv/closes.csv")) },
    ],
  });
  const components = (await lonely.ask("GET", "/health/components")).json();
  expect(components).toMatchObject({
    status: "degraded",
    components: [
      { name: "database", status: "degraded" },
      { name: "events", status: "ok", detail: null },
      { name: "queue", status: "ok" },
      { name: "scheduler", status: "degraded", detail: "no tick for 90 s" },
      { name: "oracle:file", status: "degraded", detail: "can't be reached" },
      { name: "chain:scripted", status: "ok", simulated: true },
    ],
  });
  const again = await lonely.ask("GET", "/health/components");
  expect(again.json()).toEqual(components);
});

test("however many ask how it is, what it depends on is asked once", async () => {
  let asked = 0;
  const probe = { name: "node", check: () => Promise.resolve(void (asked += 1)) };
  await using lonely = lonelyApi({ probes: [probe] });
  const ask = () => lonely.ask("GET", "/health/components");
  const answers = await Promise.all(Array.from({ length: 50 }, ask));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(asked).toBe(1);
});

test("every problem code is explained where its type points", async () => {
  await using lonely = lonelyApi();
  const list = await lonely.ask("GET", "/problems");
  const first = list.at("items.0.code");
  expect((await lonely.ask("GET", `/problems/${first}`)).json()).toMatchObject({ code: first });
});
