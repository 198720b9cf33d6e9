import { errorText } from "./error-text.ts";
import { redact } from "./redact.ts";

const SECRET =
  /password|secret|authorization|cookie|credential|token|api-?_?key|private-?_?key|totp|recovery/i;
const MAX_DEPTH = 6;

// PostgreSQL's `detail`, and what drivers add to it, repeat values
const namesOf = (error: Error): object => ({
  ...("constraint_name" in error && { constraint: error.constraint_name }),
  ...("table_name" in error && { table: error.table_name }),
});

const cleanError = (error: Error, depth: number): object => ({
  type: error.name,
  ...errorText(error),
  ...("code" in error ? { code: clean(error.code, depth + 1) } : {}),
  ...namesOf(error),
  ...(error.cause === undefined ? {} : { cause: clean(error.cause, depth + 1) }),
});

const cleanObject = (value: object, depth: number): object =>
  Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      SECRET.test(key) ? "***" : clean(inner, depth + 1),
    ]),
  );

const clean = (value: unknown, depth: number): unknown => {
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "string") return redact(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth > MAX_DEPTH) return "…";
  if (value instanceof Error) return cleanError(value, depth);
  if (Array.isArray(value)) return value.map((inner) => clean(inner, depth + 1));
  if (value instanceof Map) return cleanObject(Object.fromEntries(value), depth);
  // times know how they are written
  return "toJSON" in value ? value : cleanObject(value, depth);
};

/** What may be logged of `fields`: amounts as strings, errors with stack and causes, no passwords and no values of statements. */
export const cleanFields = (fields: object): object => cleanObject(fields, 0);
