import { expect, test } from "bun:test";
import { lonelyApi } from "../testing/lonely-api.ts";

const SITE = "https://app.example.com";

const preflight = (origin: string) =>
  new Request("http://api.test/bets", {
    method: "OPTIONS",
    headers: {
      Origin: origin,
      "Access-Control-Request-Method": "POST",
      "Access-Control-Request-Headers": "authorization,idempotency-key",
    },
  });

const read = (origin: string) =>
  new Request("http://api.test/problems", { headers: { Origin: origin } });

test("pages of no other site may read answers, unless the configuration names it", async () => {
  await using closed = lonelyApi();
  expect(
    (await closed.api.fetch(read(SITE))).headers.get("Access-Control-Allow-Origin"),
  ).toBeNull();
  expect((await closed.api.fetch(preflight(SITE))).status).toBe(405);

  await using open = lonelyApi({ settings: { corsOrigins: [SITE] } });
  const answer = await open.api.fetch(read(SITE));
  expect([answer.status, answer.headers.get("Access-Control-Allow-Origin")]).toEqual([200, SITE]);
  expect(answer.headers.get("Vary")).toContain("Origin");
  expect(answer.headers.get("Access-Control-Expose-Headers")).toContain("X-Request-Id");
  // credentials are never sent by a browser by itself
  expect(answer.headers.get("Access-Control-Allow-Credentials")).toBeNull();
  const stranger = await open.api.fetch(read("https://evil.example.com"));
  expect(stranger.headers.get("Access-Control-Allow-Origin")).toBeNull();
});

test("a browser may ask first, and is told what it may send", async () => {
  await using open = lonelyApi({ settings: { corsOrigins: [SITE] } });
  const asked = await open.api.fetch(preflight(SITE));
  expect(asked.status).toBe(204);
  expect(asked.headers.get("Access-Control-Allow-Origin")).toBe(SITE);
  expect(asked.headers.get("Access-Control-Allow-Headers")).toContain("Idempotency-Key");
  expect(asked.headers.get("Access-Control-Allow-Methods")).toContain("POST");
  const stranger = await open.api.fetch(preflight("https://evil.example.com"));
  expect(stranger.headers.get("Access-Control-Allow-Origin")).toBeNull();
});

test("what a cache keeps of an answer that no page asked for is told apart from what a page may read", async () => {
  const plain = () => new Request("http://api.test/problems");
  await using open = lonelyApi({ settings: { corsOrigins: [SITE] } });
  expect((await open.api.fetch(plain())).headers.get("Vary")).toContain("Origin");
  await using anybodys = lonelyApi({ settings: { corsOrigins: ["*"] } });
  const answer = await anybodys.api.fetch(plain());
  expect(answer.headers.get("Access-Control-Allow-Origin")).toBe("*");
  await using closed = lonelyApi();
  expect((await closed.api.fetch(plain())).headers.get("Vary")).toBeNull();
});

test("any site may read where the configuration says so", async () => {
  await using open = lonelyApi({ settings: { corsOrigins: ["*"] } });
  const answer = await open.api.fetch(read("https://anybody.example.com"));
  expect(answer.headers.get("Access-Control-Allow-Origin")).toBe("*");
});
