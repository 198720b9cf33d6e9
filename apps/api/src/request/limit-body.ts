import { DomainError } from "@closebell/context";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { ApiApp, ApiEnv } from "../api-env.ts";
import { onError } from "../on-error.ts";
import type { RequestContext } from "./request-context.ts";

const MAX_BODY_BYTES = 64 * 1024;

const refuse = (): never => {
  throw new DomainError(
    "PAYLOAD_TOO_LARGE",
    `The body may have up to ${MAX_BODY_BYTES} bytes. Send less.`,
  );
};

/** Only a length that the server holds the sender to is believed. To look at the body would make a stream of it. */
const isKnownSmall = ({ method, headers }: Request): boolean => {
  const length = headers.get("content-length");
  if (length === null) return method === "GET";
  return Number(length) <= MAX_BODY_BYTES && !headers.has("transfer-encoding");
};

/** `app`, but a body over 64 KiB is refused: by its Content-Length or, where it comes in chunks, once it has grown too large. */
export const limitBody = (
  app: ApiApp,
): ((request: Request, context: RequestContext) => Response | Promise<Response>) => {
  const counted = new Hono<ApiEnv>()
    .use(bodyLimit({ maxSize: MAX_BODY_BYTES, onError: refuse }))
    .all("*", (c) => app.fetch(c.req.raw, c.env));
  counted.onError(onError);
  return (request, context) => (isKnownSmall(request) ? app : counted).fetch(request, context);
};
