import { expect, test } from "bun:test";
import { openApiDocument } from "../docs/openapi-document.ts";
import { lonelyApi } from "../testing/lonely-api.ts";
import { operationsOf } from "../testing/operations.ts";

/** What a field is called that holds an address, and how a schema says so. */
const NAME = /ur[il]|link|host|domain|origin|callback|webhook|redirect|endpoint|proxy/i;
const FORMAT = /^ur[il]|^iri|hostname|ipv[46]/;

type Schema = Readonly<Record<string, unknown>>;

/** What a schema is made of, and each field that it has, by name. */
const fieldsOf = (schema: unknown, at: string): readonly (readonly [string, Schema])[] => {
  if (typeof schema !== "object" || schema === null) return [];
  return Object.entries(schema).flatMap(([key, inner]) =>
    key === "properties" && typeof inner === "object" && inner !== null
      ? Object.entries(inner).flatMap(([name, field]) => [
          [`${at}.${name}`, Object(field)] as const,
          ...fieldsOf(field, `${at}.${name}`),
        ])
      : fieldsOf(inner, at),
  );
};

test("no request has a field for an address that somebody could be sent to", async () => {
  await using lonely = lonelyApi();
  const operations = operationsOf(lonely.api);
  const asked = operations.flatMap(({ name, operation }) => [
    ...fieldsOf(operation.requestBody, name),
    ...(operation.parameters ?? []).map(
      (parameter) =>
        [
          `${name}.${"name" in parameter ? parameter.name : parameter.$ref}`,
          Object("schema" in parameter ? parameter.schema : {}),
        ] as const,
    ),
  ]);
  expect(asked.length).toBeGreaterThan(80);
  const isAddress = ([field, { format }]: readonly [string, Schema]) =>
    NAME.test(field.split(".").at(-1) ?? "") || FORMAT.test(String(format));
  expect(asked.filter(isAddress).map(([field]) => field)).toEqual([]);
  // bodies are written out where they are asked for: a reference would hide its fields from this test
  const bodies = operations.map(({ operation }) => operation.requestBody);
  expect(JSON.stringify(bodies)).not.toContain('"$ref"');
  expect(openApiDocument(lonely.api.app).webhooks ?? {}).toEqual({});
});
