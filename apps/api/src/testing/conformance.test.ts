import { expect, test } from "bun:test";
import { openApiDocument } from "../docs/openapi-document.ts";
import { conformanceTo, schemaErrors } from "./conformance.ts";
import { lonelyApi } from "./lonely-api.ts";

const ALWAYS = { "X-Request-Id": "x", traceparent: "x" };

test("an answer with a field that the document does not name fails the test that asked for it, however deep it is", async () => {
  await using lonely = lonelyApi();
  const conformance = conformanceTo(openApiDocument(lonely.api.app));
  const check = (body: object, type = "application/json", status = 200) => {
    const headers = new Headers({ ...ALWAYS, "Content-Type": type });
    conformance.check("GET", "/users/1", { status, headers, text: JSON.stringify(body) });
  };
  const user = {
    id: "0193a5c0-0000-7000-8000-000000000001",
    kind: "player",
    handle: null,
    createdAt: "2026-11-20T12:00:00Z",
  };
  check(user);
  expect(() => check({ ...user, passwordHash: "x" })).toThrow("additionalProperties");
  const problem = (error: object) =>
    check(
      {
        type: "/problems/VALIDATION_FAILED",
        title: "Invalid input",
        status: 422,
        detail: "One field is wrong.",
        instance: "urn:uuid:0193a5c0-0000-7000-8000-000000000002",
        code: "VALIDATION_FAILED",
        errors: [error],
      },
      "application/problem+json",
      422,
    );
  problem({ pointer: "/userId", detail: "is none" });
  expect(() => problem({ pointer: "/userId", detail: "is none", sql: "x" })).toThrow(
    "additionalProperties",
  );
});

test("so does one with a header that is not declared, or without one that is required", async () => {
  await using lonely = lonelyApi();
  const conformance = conformanceTo(openApiDocument(lonely.api.app));
  const check = (more: Readonly<Record<string, string>>) => {
    const headers = new Headers({ ...ALWAYS, "Content-Type": "application/json", ...more });
    conformance.check("GET", "/health", { status: 200, headers, text: '{"status":"ok"}' });
  };
  check({ "Cache-Control": "no-store" });
  expect(() => check({ RateLimit: '"reads";r=1;t=1' })).toThrow("does not declare");
  const headers = new Headers({ "Content-Type": "application/json" });
  const bare = { status: 200, headers, text: '{"status":"ok"}' };
  expect(() => conformance.check("GET", "/health", bare)).toThrow("lacks");
});

test("the schemas of the document are schemas", async () => {
  await using lonely = lonelyApi();
  const document = openApiDocument(lonely.api.app);
  expect(schemaErrors(document)).toEqual([]);
  const wrong = { ...document, $defs: { odd: { type: "no such type" } } };
  expect(schemaErrors(wrong)).not.toEqual([]);
});
