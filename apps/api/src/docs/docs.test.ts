import { expect, test } from "bun:test";
import { lonelyApi } from "../testing/lonely-api.ts";

test("the page names no other host, and its policy allows none", async () => {
  await using lonely = lonelyApi();
  const page = await lonely.ask("GET", "/docs");
  expect(page.headers.get("Content-Type")).toContain("text/html");
  const policy = page.headers.get("Content-Security-Policy") ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/https?:|\*/);
  const sources = [...page.text.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, source]) => source);
  expect(sources).toEqual(["/docs/scalar.js"]);
  expect(page.text).toContain('"/openapi.json"');
  expect(page.text).toContain("withDefaultFonts");
});

test("its script comes from here, compressed where that is understood, and once", async () => {
  await using lonely = lonelyApi();
  const plain = await lonely.ask("GET", "/docs/scalar.js");
  expect(plain.text.length).toBeGreaterThan(1_000_000);
  expect(plain.headers.get("Content-Type")).toStartWith("text/javascript");
  const gzipped = await lonely.api.fetch(
    new Request("http://api.test/docs/scalar.js", { headers: { "Accept-Encoding": "br, gzip" } }),
  );
  expect(gzipped.headers.get("Content-Encoding")).toBe("gzip");
  const unpacked = Bun.gunzipSync(await gzipped.arrayBuffer());
  expect(unpacked.length).toBe(new TextEncoder().encode(plain.text).length);
  const again = await lonely.ask("GET", "/docs/scalar.js", {
    headers: { "If-None-Match": plain.headers.get("ETag") ?? "" },
  });
  expect([again.status, again.text]).toEqual([304, ""]);
});

test("who has the document is told so, instead of being sent it again", async () => {
  await using lonely = lonelyApi();
  const first = await lonely.ask("GET", "/openapi.json");
  const etag = first.headers.get("ETag") ?? "";
  expect(JSON.parse(first.text)).toMatchObject({ openapi: "3.1.0" });
  const again = await lonely.ask("GET", "/openapi.json", { headers: { "If-None-Match": etag } });
  expect([again.status, again.text]).toEqual([304, ""]);
});
