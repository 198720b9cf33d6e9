import { Hono } from "hono";
import { cors } from "hono/cors";

type Fetch = (request: Request, peer?: () => string | undefined) => Response | Promise<Response>;

const ASKED = [
  "Authorization",
  "Content-Type",
  "Idempotency-Key",
  "If-None-Match",
  "Last-Event-ID",
  "X-Request-Id",
  "traceparent",
];

const SHOWN = [
  "ETag",
  "Idempotency-Replayed",
  "Location",
  "RateLimit",
  "RateLimit-Policy",
  "Retry-After",
  "WWW-Authenticate",
  "X-Request-Id",
  "traceparent",
];

const REMEMBERED_SECONDS = 600;

interface Peered {
  readonly peer: (() => string | undefined) | undefined;
}

/** What no page asked for may be kept by a cache, and be given to a page later. */
const forCaches = (origins: readonly string[]): ((answer: Response) => Response) => {
  if (origins.includes("*"))
    return (answer) => {
      answer.headers.set("Access-Control-Allow-Origin", "*");
      return answer;
    };
  return (answer) => {
    answer.headers.append("Vary", "Origin");
    return answer;
  };
};

/**
 * `fetch`, but pages of `origins` (`*`: of any site) may read what it answers. Credentials are headers, never cookies: none is sent
 * by itself.
 */
export const allowOrigins = (fetch: Fetch, origins: readonly string[]): Fetch => {
  if (origins.length === 0) return fetch;
  const app = new Hono<{ Bindings: Peered }>()
    .use(
      cors({
        origin: origins.includes("*") ? "*" : [...origins],
        allowMethods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
        allowHeaders: ASKED,
        exposeHeaders: SHOWN,
        maxAge: REMEMBERED_SECONDS,
      }),
    )
    .all("*", (c) => fetch(c.req.raw, c.env.peer));
  const marked = forCaches(origins);
  return async (request, peer) =>
    request.headers.has("origin")
      ? app.fetch(request, { peer })
      : marked(await fetch(request, peer));
};
