import { createMiddleware } from "hono/factory";
import type { ApiEnv } from "../api-env.ts";

const matches = (header: string, tag: string): boolean =>
  header.split(",").some((one) => {
    const given = one.trim();
    return given === "*" || given.replace(/^W\//, "") === tag;
  });

/**
 * For what clients poll: an ETag over the answer, and 304 where the client has it already (RFC 9110 section 13.1.2).
 * `no-cache` lets anyone keep the answer but ask before using it, so nobody sees pools of the past.
 */
export const revalidate = createMiddleware<ApiEnv>(async (c, next) => {
  await next();
  if (c.res.status !== 200) return;
  const body = await c.res.text();
  const tag = `"${Bun.hash(body).toString(36)}"`;
  const known = c.req.header("If-None-Match");
  const unchanged = known !== undefined && matches(known, tag);
  const headers = new Headers(c.res.headers);
  headers.set("ETag", tag);
  headers.set("Cache-Control", "public, no-cache");
  if (unchanged) headers.delete("Content-Type");
  c.res = undefined;
  c.res = new Response(unchanged ? null : body, { status: unchanged ? 304 : 200, headers });
});

/** What the document says of an answer out of memory. */
export const FRESHNESS =
  "The answer is up to a second old; bets and changes that the same process has answered are always in it.";

/** The answer 304, for a route behind `revalidate`. */
export const notModified = {
  304: { description: "What the ETag in If-None-Match names is still the answer" },
} as const;
