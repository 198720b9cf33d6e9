import { DomainError } from "@closebell/context";
import { bodyLimit } from "hono/body-limit";
import { createMiddleware } from "hono/factory";
import type { ApiEnv } from "../api-env.ts";

const MAX_BODY_BYTES = 64 * 1024;

const refuse = (): never => {
  throw new DomainError(
    "PAYLOAD_TOO_LARGE",
    `The body may have up to ${MAX_BODY_BYTES} bytes. Send less.`,
  );
};

/** Refuses a body over 64 KiB, by its Content-Length or, where it comes in chunks, as soon as it has grown too large. */
export const limitBody = () => {
  const count = bodyLimit({ maxSize: MAX_BODY_BYTES, onError: refuse });
  return createMiddleware<ApiEnv>((c, next) => {
    const length = c.req.raw.headers.get("content-length");
    if (length === null || c.req.raw.headers.has("transfer-encoding")) return count(c, next);
    // Only a length that the server holds the sender to is believed. To look at the body would make a stream of it.
    return Number(length) <= MAX_BODY_BYTES ? next() : refuse();
  });
};
