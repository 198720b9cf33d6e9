import { expect, test } from "bun:test";
import { ERROR_CODES } from "@closebell/context";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { openApiDocument } from "./docs/openapi-document.ts";
import { PAGES } from "./docs/routes.ts";
import { PROBLEMS } from "./problem.ts";
import { lonelyApi } from "./testing/lonely-api.ts";

const METHODS = ["get", "post", "put", "patch", "delete"] as const;

const operations = async () => {
  await using lonely = lonelyApi();
  const document = openApiDocument(lonely.api.app);
  return Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      return operation === undefined
        ? []
        : [{ name: `${method.toUpperCase()} ${path}`, path, operation }];
    }),
  );
};

test("the document is valid OpenAPI 3.1", async () => {
  await using lonely = lonelyApi();
  const text = (await lonely.ask("GET", "/openapi.json")).json();
  const validator = new Validator();
  const result = await validator.validate(Object(text));
  expect(result.errors ?? []).toEqual([]);
  expect(validator.version).toBe("3.1");
});

test("every route is in it, and nothing else", async () => {
  await using lonely = lonelyApi();
  const served = lonely.api.app.routes
    .filter(({ method }) => method !== "ALL")
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`);
  const documented = (await operations()).map(({ name }) => name);
  expect(new Set([...documented, ...PAGES])).toEqual(new Set(served));
});

test("the paths of the original service are there", async () => {
  const names = (await operations()).map(({ name }) => name);
  for (const name of [
    "POST /users",
    "POST /wallets",
    "POST /bets",
    "POST /withdrawals",
    "POST /simulate/deposit_webhook",
    "GET /tvl",
    "GET /rounds/current",
    "GET /health",
    "GET /metrics",
  ])
    expect(names).toContain(name);
});

test("each has a name, words, a tag and a success, and says what any route may answer", async () => {
  const all = await operations();
  const ids = all.map(({ operation }) => operation.operationId);
  expect(new Set(ids).size).toBe(all.length);
  for (const { name, operation } of all) {
    const statuses = Object.keys(operation.responses ?? {});
    expect(operation.summary, name).toBeString();
    expect(operation.tags, name).toHaveLength(1);
    expect(
      statuses.filter((status) => status.startsWith("2")),
      name,
    ).not.toEqual([]);
    expect(statuses, name).toContainValues(["500", "503"]);
    if (operation.requestBody !== undefined)
      expect(statuses, name).toContainValues(["400", "413", "415", "422"]);
    const read =
      operation.parameters?.some((one) => !("in" in one) || one.in !== "header") ?? false;
    // its code is looked up among those there are
    if (read && name !== "GET /problems/{code}") expect(statuses, name).toContain("422");
  }
});

test("who may use a route is said the standard's way too, and how anybody else is answered", async () => {
  await using lonely = lonelyApi();
  const { components } = openApiDocument(lonely.api.app);
  expect(components?.securitySchemes).toMatchObject({ bearer: { type: "http", scheme: "bearer" } });
  for (const { name, operation } of await operations()) {
    const door = operation["x-permission"];
    const codes = (status: string): readonly string[] =>
      Object.keys(
        operation.responses?.[status]?.content?.["application/problem+json"]?.examples ?? {},
      );
    if (door === "public") {
      expect([name, operation.security]).toEqual([name, []]);
      expect([name, codes("403").includes("FORBIDDEN")]).toEqual([name, false]);
      continue;
    }
    const needs = Object.values(Object(door)).map(String);
    const ways = needs.length === 0 ? [[]] : needs.map((permission) => [permission]);
    expect([name, operation.security]).toEqual([name, ways.map((bearer) => ({ bearer }))]);
    expect([name, codes("401")]).toEqual([name, expect.arrayContaining(["UNAUTHENTICATED"])]);
    expect([name, codes("403").includes("FORBIDDEN")]).toEqual([name, needs.length > 0]);
  }
});

test("every refusal is a problem document with its status, and names its headers", async () => {
  for (const { name, operation } of await operations())
    for (const [status, response] of Object.entries(operation.responses ?? {})) {
      expect(Object.keys(response.headers ?? {}), name).toContainValues([
        "X-Request-Id",
        "traceparent",
      ]);
      if (Number(status) < 400) continue;
      const content = response.content?.["application/problem+json"];
      expect(content?.schema, `${name} ${status}`).toEqual({
        $ref: "#/components/schemas/Problem",
      });
      for (const code of Object.keys(content?.examples ?? {})) {
        const known = ERROR_CODES.find((one) => one === code);
        expect(known && String(PROBLEMS[known].status), `${name} ${code}`).toBe(status);
      }
    }
});

test("a refusal's description says each of its codes once", async () => {
  for (const { name, operation } of await operations())
    for (const [status, response] of Object.entries(operation.responses ?? {})) {
      if (Number(status) < 400) continue;
      const said = String(response.description).split("\n\n").toSorted();
      const codes = Object.keys(response.content?.["application/problem+json"]?.examples ?? {});
      const words = ERROR_CODES.filter((code) => codes.includes(code)).map(
        (code) => `${code}: ${PROBLEMS[code].title}`,
      );
      expect([name, status, said]).toEqual([name, status, words.toSorted()]);
    }
});

const CONDITIONAL = new Set([
  "Retry-After",
  "WWW-Authenticate",
  "RateLimit",
  "RateLimit-Policy",
  "ETag",
]);

test("when to come back, how to come in, what is left and what is still so have their headers", async () => {
  for (const { name, operation } of await operations()) {
    const uncounted = /^GET \/(health|metrics)/.test(name);
    const { responses = {} } = operation;
    const polled = responses["304"] !== undefined;
    for (const [status, { headers = {}, content = {} }] of Object.entries(responses)) {
      const codes = Object.keys(content["application/problem+json"]?.examples ?? {});
      const isTagged = polled && (status === "200" || status === "304");
      const expected = [
        ...(["429", "503"].includes(status) || codes.includes("IDEMPOTENCY_KEY_IN_USE")
          ? ["Retry-After"]
          : []),
        ...(status === "401" || codes.includes("FORBIDDEN") ? ["WWW-Authenticate"] : []),
        ...(uncounted ? [] : ["RateLimit", "RateLimit-Policy"]),
        ...(isTagged ? ["ETag"] : []),
      ];
      const declared = Object.keys(headers).filter((one) => CONDITIONAL.has(one));
      expect([name, status, declared.toSorted()]).toEqual([name, status, expected.toSorted()]);
    }
    expect([name, "429" in responses]).toEqual([name, !uncounted]);
    const parameters = (operation.parameters ?? []).map((one) => Reflect.get(one, "name"));
    expect([name, parameters.includes("If-None-Match")]).toEqual([name, polled]);
  }
});

test("which routes need a key is said before them all", async () => {
  await using lonely = lonelyApi();
  const { description = "" } = openApiDocument(lonely.api.app).info;
  const [, said = ""] = /POST (.*?) need an `Idempotency-Key`/.exec(description) ?? [];
  const needed = (await operations()).flatMap(({ path, operation }) =>
    (operation.parameters ?? []).some(
      (one) => "name" in one && one.name === "Idempotency-Key" && one.required === true,
    )
      ? [path.split("/").at(-1) ?? ""]
      : [],
  );
  expect(said.match(/[a-z-]+(?=,| and|$)/g)?.toSorted()).toEqual(needed.toSorted());
});

test("how long a key counts is said by route", async () => {
  const kept = (await operations()).flatMap(({ name, operation }) =>
    (operation.parameters ?? []).flatMap((one) =>
      "name" in one && one.name === "Idempotency-Key" ? [[name, one.description] as const] : [],
    ),
  );
  const periods = new Map([
    ["POST /bets", "the next one."],
    ["POST /withdrawals", "for good."],
    ["POST /users/{userId}/protection/held-uses", "for good."],
  ]);
  expect(kept.length).toBeGreaterThan(periods.size);
  for (const [name, description] of kept)
    expect(description, name).toEndWith(periods.get(name) ?? "for 24 hours.");
});

test("every JSON body has an example that its schema allows", async () => {
  const ajv = new Ajv2020({ strict: false });
  formats(ajv);
  const bodies = (await operations()).flatMap(({ name, operation }) => {
    const body = operation.requestBody;
    return body !== undefined && "content" in body
      ? [{ name, ...body.content["application/json"] }]
      : [];
  });
  expect(bodies.length).toBeGreaterThan(20);
  for (const { name, schema, example } of bodies) {
    expect(example, name).toBeDefined();
    expect([name, ajv.validate(Object(schema), example), ajv.errors]).toEqual([name, true, null]);
  }
});

test("money in answers is a string, and named by its unit", async () => {
  await using lonely = lonelyApi();
  const text = JSON.stringify(openApiDocument(lonely.api.app).components?.schemas);
  const fields = [...text.matchAll(/"(\w+MicroUsdc)":{"type":(.*?)[,}]/g)];
  expect(fields.length).toBeGreaterThan(10);
  for (const [, name, type] of fields) expect(type, name).toMatch(/^"string"$|^\["string"$/);
});
