import { expect, test } from "bun:test";
import { Counter, Registry } from "prom-client";
import { askingAs } from "../testing/asking.ts";
import { lonelyApi } from "../testing/lonely-api.ts";
import { serveMetrics } from "./serve-metrics.ts";

test("on a port of their own there are the figures and nothing else", async () => {
  const registry = new Registry();
  new Counter({ name: "seen", help: "seen", registers: [registry] }).inc();
  const server = serveMetrics(registry, { port: 0, hostname: "127.0.0.1" });
  const url = `http://127.0.0.1:${server.port}`;
  expect(await (await fetch(`${url}/metrics`)).text()).toContain("seen 1");
  expect((await fetch(`${url}/health`)).status).toBe(404);
  expect((await fetch(`${url}/metrics`, { method: "POST" })).status).toBe(404);
  await server.stop();
});

test("elsewhere means not here", async () => {
  await using lonely = lonelyApi({ settings: { metrics: "elsewhere" } });
  expect((await lonely.ask("GET", "/metrics")).status).toBe(404);
});

test("with a token they are for whoever has it, and no other credential will do", async () => {
  const token = "m".repeat(32);
  await using lonely = lonelyApi({ settings: { metrics: { token } } });
  for (const credential of [null, "scripted-0", `${token}m`, token.slice(1)]) {
    const refused = await askingAs(lonely.ask, credential)("GET", "/metrics");
    expect([refused.status, refused.at("code")]).toEqual([401, "UNAUTHENTICATED"]);
    expect(refused.headers.get("WWW-Authenticate")).toStartWith("Bearer");
  }
  const told = await askingAs(lonely.ask, token)("GET", "/metrics");
  expect(told.status).toBe(200);
  expect(told.text).toContain("closebell_http_requests_total");
  expect(told.text).not.toContain(token);
});
