import { expect, test } from "bun:test";
import { fileURLToPath } from "node:url";
import { DomainError, ERROR_CODES } from "@closebell/context";
import { countingIds } from "@closebell/context/testing";
import { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ApiEnv } from "./api-env.ts";
import { refusalOf } from "./on-error.ts";
import { problemOf, PROBLEMS, problemResponse } from "./problem.ts";
import { requestContext } from "./request/request-context.ts";

const ID = "0190b6f0-0000-7000-8000-00000000abcd";

test("docs/errors.md gives every code the status it is answered with", async () => {
  const page = fileURLToPath(new URL("../../../docs/errors.md", import.meta.url));
  const rows = [...(await Bun.file(page).text()).matchAll(/^\| `([A-Z_]+)` +\| (\d+) +\|/gm)];
  const explained = rows.map(([, code, status]) => `${code} ${status}`);
  expect(new Set(explained)).toEqual(
    new Set(ERROR_CODES.map((code) => `${code} ${PROBLEMS[code].status}`)),
  );
  expect(explained).toHaveLength(ERROR_CODES.length);
});

test("a refusal becomes a document of RFC 9457", () => {
  const errors = [{ pointer: "/side", detail: "must be UP or DOWN" }];
  const error = new DomainError("VALIDATION_FAILED", "The body can't be accepted.", { errors });
  expect(problemOf(error, ID)).toEqual({
    type: "/problems/VALIDATION_FAILED",
    title: "The request is not valid",
    status: 422,
    detail: "The body can't be accepted.",
    instance: `urn:uuid:${ID}`,
    code: "VALIDATION_FAILED",
    errors,
  });
});

test("a refusal says when to come back, always so for 503", () => {
  const env = requestContext(new Headers({ "X-Request-Id": ID }), countingIds(), () => "192.0.2.1");
  const retryOf = (error: DomainError): string | null => {
    const context = new Context<ApiEnv>(new Request("http://localhost/"));
    context.env = env;
    return problemResponse(context, error).headers.get("Retry-After");
  };
  expect(retryOf(new DomainError("OVERLOADED", "Full."))).toBe("1");
  expect(retryOf(new DomainError("OVERLOADED", "Full.", { retryAfterSeconds: 2.2 }))).toBe("3");
  expect(retryOf(new DomainError("ROUND_PAUSED", "Paused.", { retryAfterSeconds: 60 }))).toBe("60");
  expect(retryOf(new DomainError("ROUND_PAUSED", "Paused."))).toBeNull();
});

test.each([
  ["a body that is not JSON", new HTTPException(400), "MALFORMED_JSON"],
  ["a body of another type", new HTTPException(415), "UNSUPPORTED_MEDIA_TYPE"],
  ["another error of the framework", new HTTPException(418), "INTERNAL"],
  ["a mistake of ours", new TypeError("x is undefined"), "INTERNAL"],
  ["a thrown string", "a string", "INTERNAL"],
  ["a refusal", new DomainError("BET_NOT_FOUND", "No such bet."), "BET_NOT_FOUND"],
] as const)("%s", (_name, thrown, code) => {
  const refusal = refusalOf(thrown);
  expect(refusal.code).toBe(code);
  expect(refusal.message).not.toContain("undefined");
});
