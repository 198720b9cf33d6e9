import { DomainError } from "@closebell/context";
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ApiEnv } from "./api-env.ts";
import { problemResponse } from "./problem.ts";

// What the framework itself throws while it reads a body.
const frameworkError = (error: HTTPException): DomainError => {
  if (error.status === 400)
    return new DomainError(
      "MALFORMED_JSON",
      "The body could not be read as JSON. Check its syntax.",
      {
        cause: error,
      },
    );
  if (error.status === 415)
    return new DomainError(
      "UNSUPPORTED_MEDIA_TYPE",
      "Send the body as JSON, with the header Content-Type: application/json.",
      { cause: error },
    );
  return internal(error);
};

const internal = (cause: unknown) =>
  new DomainError(
    "INTERNAL",
    "Something went wrong on our side. Try again; if it stays, report the request id.",
    { cause },
  );

// The original names hosts and configuration, which is for the logs.
const databaseDown = (cause: DomainError) =>
  new DomainError(
    "DATABASE_UNAVAILABLE",
    "The database can't be reached right now. Nothing is known to have changed; try again, with the same Idempotency-Key.",
    { cause, retryAfterSeconds: cause.retryAfterSeconds ?? 1 },
  );

/** Whatever a handler threw, as one refusal of the closed list; what nobody foresaw is INTERNAL and says nothing of its cause. */
export const refusalOf = (error: unknown): DomainError => {
  if (error instanceof DomainError)
    return error.code === "DATABASE_UNAVAILABLE" ? databaseDown(error) : error;
  if (error instanceof HTTPException) return frameworkError(error);
  return internal(error);
};

/** Hono's error handler: the problem document, and the cause of a 500 for the access log. */
export const onError = (error: unknown, c: Context<ApiEnv>): Response => {
  const refusal = refusalOf(error);
  c.env.refusal = refusal;
  return problemResponse(c, refusal);
};
