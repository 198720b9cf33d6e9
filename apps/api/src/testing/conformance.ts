import { expect } from "bun:test";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { TrieRouter } from "hono/router/trie-router";
import type { openApiDocument } from "../docs/openapi-document.ts";
import { HYGIENE } from "../request/hygiene.ts";

type OpenApi = ReturnType<typeof openApiDocument>;

const METHODS = ["get", "post", "put", "patch", "delete"] as const;

/** What is looked at of an answer. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/**
 * Fails for an answer that the document does not declare: its status, a header, its content type, its body, a field of it or its
 * problem code; and for one without a header that the document requires.
 */
export interface Conformance {
  check(method: string, path: string, answer: Answered): void;
}

const escaped = (part: string): string => part.replaceAll("~", "~0").replaceAll("/", "~1");

/** `schema` with every object in it closed: what it does not name must not be told. */
const closed = (schema: unknown): unknown => {
  if (typeof schema !== "object" || schema === null) return schema;
  if (Array.isArray(schema)) return schema.map(closed);
  const inner = Object.entries(schema).map(([key, value]) => [key, closed(value)] as const);
  const more = "properties" in schema ? { additionalProperties: false } : {};
  return { ...more, ...Object.fromEntries(inner) };
};

/** What any answer may carry unsaid. */
const UNSAID: ReadonlySet<string> = new Set([
  "content-type",
  "cache-control",
  "x-accel-buffering",
  ...Object.keys(HYGIENE).map((name) => name.toLowerCase()),
]);

const checkHeaders = (headers: Headers, declared: object, where: string): void => {
  const named = Object.entries(declared).map(
    ([name, header]: [string, unknown]) => [name.toLowerCase(), header] as const,
  );
  const known = new Set(named.map(([name]) => name));
  const sent = [...headers.keys()].filter((name) => !UNSAID.has(name));
  expect(
    sent.filter((name) => !known.has(name)),
    `${where} does not declare`,
  ).toEqual([]);
  const required = named.filter(([, header]) => Reflect.get(Object(header), "required") === true);
  const missing = required.filter(([name]) => !headers.has(name)).map(([name]) => name);
  expect(missing, `${where} lacks`).toEqual([]);
};

const OPTIONS = { strict: false, allErrors: true } as const;

/** What is wrong with the schemas of a document themselves. */
export const schemaErrors = (document: OpenApi): unknown => {
  const ajv = new Ajv2020(OPTIONS);
  return ajv.validateSchema({ $id: "api", ...Object(closed(document)) }) === true ? [] : ajv.errors;
};

/**
 * Holds answers against an OpenAPI 3.1 document, with a validator of its JSON Schema dialect. Whether its schemas are
 * schemas is `schemaErrors`' to say: that takes a fifth of a second.
 */
export const conformanceTo = (document: OpenApi): Conformance => {
  const ajv = new Ajv2020({ ...OPTIONS, validateSchema: false });
  formats(ajv);
  ajv.addSchema({ $id: "api", ...Object(closed(document)) });
  const router = new TrieRouter<string>();
  for (const [path, item] of Object.entries(document.paths ?? {}))
    for (const method of METHODS)
      if (item[method] !== undefined)
        router.add(method.toUpperCase(), path.replaceAll(/{(\w+)}/g, ":$1"), path);
  const compiled = new Map<string, ValidateFunction>();
  const validatorAt = (pointer: string): ValidateFunction => {
    const known = compiled.get(pointer) ?? ajv.compile({ $ref: `api#${pointer}` });
    compiled.set(pointer, known);
    return known;
  };
  const routeOf = (method: string, path: string) => {
    const matches = router.match(method, path)[0].map(([route]) => route);
    return matches.find((route) => route === path) ?? matches[0];
  };
  return {
    check(method, path, response) {
      const verb = METHODS.find((one) => one === method.toLowerCase());
      const route = routeOf(method, path);
      if (route === undefined || verb === undefined) return;
      const declared = document.paths?.[route]?.[verb]?.responses?.[String(response.status)];
      expect(declared, `${method} ${route} does not declare ${response.status}`).toBeDefined();
      checkHeaders(
        response.headers,
        declared?.headers ?? {},
        `${method} ${route} ${response.status}`,
      );
      const type = response.headers.get("Content-Type")?.split(";")[0];
      const contents = Object.keys(declared?.content ?? {});
      if (type === undefined) {
        expect(contents, `${method} ${route} ${response.status} has no body`).toEqual([]);
        return;
      }
      expect(contents, `${method} ${route} ${response.status}`).toContain(type);
      if (type === "text/event-stream") return;
      const pointer = [
        "paths",
        route,
        verb,
        "responses",
        response.status,
        "content",
        type,
        "schema",
      ];
      const validate = validatorAt(pointer.map((part) => `/${escaped(String(part))}`).join(""));
      const body: unknown = type.includes("json") ? JSON.parse(response.text) : response.text;
      expect(validate(body) ? [] : validate.errors, `${method} ${path} ${response.status}`).toEqual(
        [],
      );
      if (type !== "application/problem+json") return;
      const codes = Object.keys(declared?.content?.[type]?.examples ?? {});
      expect(codes, `${method} ${route} ${response.status}`).toContain(
        String(Object.entries(body ?? {}).find(([name]) => name === "code")?.[1]),
      );
    },
  };
};
