import fc from "fast-check";
import { listOf, nodeOf, partOf, valueOf, type How } from "./schema-arbitrary.ts";

/** A request, in parts that can be broken one at a time. */
export interface FuzzRequest {
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly header: Readonly<Record<string, string>>;
  /** Undefined where the route takes none. */
  readonly body: unknown;
}

const PLACES = ["path", "query", "header"] as const;

const parametersOf = (operation: unknown, place: string, how: How) => {
  const parameters = listOf(nodeOf(operation)["parameters"])
    .map(nodeOf)
    .filter((one) => one["in"] === place && (!how.plain || one["required"] === true));
  const model = Object.fromEntries(
    parameters.map((one) => {
      const name = String(one["name"]);
      return [name, valueOf(name, one["schema"], how).map(String)];
    }),
  );
  const requiredKeys = parameters
    .filter((one) => one["required"] === true)
    .map((one) => String(one["name"]));
  return fc.record(model, { requiredKeys }).map((some) => {
    const texts = Object.entries(some).map(([name, value]) => [name, value] as const);
    return Object.fromEntries(texts);
  });
};

/** The schema of the body an operation takes; undefined where it takes none. */
const bodyOf = (operation: unknown): unknown => {
  const body = nodeOf(operation)["requestBody"];
  if (body === undefined) return undefined;
  return partOf(partOf(partOf(body, "content"), "application/json"), "schema");
};

/** Requests as the document allows them. */
export const requestOf = (operation: unknown, how: How): fc.Arbitrary<FuzzRequest> => {
  const [path, query, header] = PLACES.map((place) => parametersOf(operation, place, how));
  const schema = bodyOf(operation);
  return fc.record({
    path: path ?? fc.constant({}),
    query: query ?? fc.constant({}),
    header: header ?? fc.constant({}),
    body: schema === undefined ? fc.constant(undefined) : valueOf("", schema, how),
  });
};
