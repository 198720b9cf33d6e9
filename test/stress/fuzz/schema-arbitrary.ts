import fc from "fast-check";

/** How values are chosen. */
export interface How {
  /** What is known of a field by its name: values that mean something to the service, the plainest first. */
  words(name: string): readonly unknown[];
  /** Only what is required, and the plainest of what is known. */
  readonly plain: boolean;
}

type Node = Readonly<Record<string, unknown>>;

/** A part of a JSON document; an empty one where there is none. */
export const partOf = (value: unknown, name: string): Node =>
  nodeOf(Reflect.get(Object(value), name));

export const nodeOf = (value: unknown): Node =>
  typeof value === "object" && value !== null ? { ...value } : {};

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const numberOf = (value: unknown, otherwise: number): number =>
  typeof value === "number" ? value : otherwise;

const FORMATS: Readonly<Record<string, () => fc.Arbitrary<unknown>>> = {
  uuid: () => fc.uuid(),
  date: () =>
    fc
      .integer({ min: 20_400, max: 21_200 })
      .map((days) => Temporal.PlainDate.from("1970-01-01").add({ days }).toString()),
  "date-time": () =>
    fc
      .integer({ min: 1_790_000_000, max: 1_830_000_000 })
      .map((seconds) => Temporal.Instant.fromEpochMilliseconds(seconds * 1000).toString()),
};

const textOf = (schema: Node): fc.Arbitrary<unknown> => {
  const known = FORMATS[String(schema["format"])];
  if (known !== undefined) return known();
  const { pattern } = schema;
  if (typeof pattern === "string") return fc.stringMatching(new RegExp(pattern, "u"));
  return fc.string({
    unit: "binary-ascii",
    minLength: numberOf(schema["minLength"], 0),
    maxLength: Math.min(numberOf(schema["maxLength"], 64), 64),
  });
};

const objectOf = (schema: Node, how: How): fc.Arbitrary<unknown> => {
  const names = listOf(schema["required"]);
  const model = Object.fromEntries(
    Object.entries(partOf(schema, "properties"))
      .filter(([name]) => !how.plain || names.includes(name))
      .map(([name, field]) => [name, valueOf(name, field, how)]),
  );
  const requiredKeys = Object.keys(model).filter((name) => names.includes(name));
  return fc.record(model, { requiredKeys });
};

/** Values that a JSON Schema of the document allows; `name` is the field they are for. */
export const valueOf = (name: string, part: unknown, how: How): fc.Arbitrary<unknown> => {
  const schema = nodeOf(part);
  const known = how.words(name);
  if (known.length > 0) return fc.constantFrom(...(how.plain ? known.slice(0, 1) : known));
  const choices = [...listOf(schema["oneOf"]), ...listOf(schema["anyOf"])];
  if (choices.length > 0) return fc.oneof(...choices.map((one) => valueOf(name, one, how)));
  const values = listOf(schema["enum"]);
  if (values.length > 0) return fc.constantFrom(...values);
  const [type] = [schema["type"]].flat();
  if (type === "string") return textOf(schema);
  if (type === "boolean") return fc.boolean();
  if (type === "integer" || type === "number")
    return fc.maxSafeInteger().map((n) => {
      const min = numberOf(schema["minimum"], 0);
      const max = numberOf(schema["maximum"], 1_000_000);
      return min + (Math.abs(n) % (max - min + 1));
    });
  if (type === "array")
    return fc.array(valueOf("", schema["items"], how), {
      minLength: numberOf(schema["minItems"], 0),
      maxLength: Math.min(numberOf(schema["maxItems"], 5), 5),
    });
  if (type === "object") return objectOf(schema, how);
  throw new Error(`the fuzzer does not know the schema ${JSON.stringify(schema)}`);
};
