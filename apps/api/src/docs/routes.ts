import { Scalar } from "@scalar/hono-api-reference";
import { createMiddleware } from "hono/factory";
import type { ApiApp, ApiEnv } from "../api-env.ts";
import { revalidate } from "../middleware/revalidate.ts";
import { openApiDocument } from "./openapi-document.ts";
import { scalarBundle } from "./scalar-bundle.ts";

// Nothing of any other host: neither scripts nor fonts nor the page's own requests.
const CSP = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const confined = createMiddleware<ApiEnv>(async (c, next) => {
  await next();
  c.res.headers.set("Content-Security-Policy", CSP);
  c.res.headers.set("Referrer-Policy", "no-referrer");
  c.res.headers.set("Cache-Control", "public, no-cache");
});

const page = Scalar({
  pageTitle: "Closebell API",
  url: "/openapi.json",
  cdn: "/docs/scalar.js",
  withDefaultFonts: false,
  telemetry: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  showDeveloperTools: "never",
  hideClientButton: true,
});

/** What answers without being part of the interface that the document describes. */
export const PAGES: readonly string[] = [
  "GET /",
  "GET /favicon.ico",
  "GET /openapi.json",
  "GET /docs",
  "GET /docs/scalar.js",
];

/** `/openapi.json`, `/docs` and its script. Call it after every other route. */
export const docsRoutes = (app: ApiApp): void => {
  const bundle = scalarBundle();
  let document: string | undefined;
  app.get("/openapi.json", revalidate, (c) => {
    document ??= JSON.stringify(openApiDocument(app));
    return c.body(document, 200, { "Content-Type": "application/json" });
  });
  app.get("/", (c) => c.redirect("/docs"));
  app.get("/docs", confined, page);
  app.get("/favicon.ico", (c) => c.body(null, 204, { "Cache-Control": "public, max-age=86400" }));
  app.get("/docs/scalar.js", async (c) => {
    const { etag, plain, gzipped } = await bundle();
    const headers = {
      "Content-Type": "text/javascript; charset=utf-8",
      "Cache-Control": "public, max-age=86400",
      ETag: etag,
      Vary: "Accept-Encoding",
    };
    if (c.req.header("If-None-Match") === etag) return c.body(null, 304, headers);
    const compressed = /\bgzip\b/.test(c.req.header("Accept-Encoding") ?? "");
    return c.body(compressed ? gzipped : plain, 200, {
      ...headers,
      ...(compressed && { "Content-Encoding": "gzip" }),
    });
  });
};
