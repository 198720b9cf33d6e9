import type { ErrorCode, FieldError } from "@closebell/context";
import { DomainError, ERROR_CODES } from "@closebell/context";
import type { ZodError } from "zod";

type Issue = ZodError["issues"][number];

/** Where the invalid value stood, as hono names it. */
export type InputTarget = "json" | "query" | "param" | "header" | "cookie" | "form";

// A pointer into the body is plain; elsewhere it says where to look, since a body may have a field of the same name.
const PREFIX: Readonly<Record<InputTarget, string>> = {
  json: "",
  form: "",
  query: "/query",
  param: "/path",
  header: "/header",
  cookie: "/cookie",
};

const escape = (key: PropertyKey): string =>
  String(key).replaceAll("~", "~0").replaceAll("/", "~1").slice(0, 100);

const pointer = (target: InputTarget, path: readonly PropertyKey[]): string =>
  PREFIX[target] + path.map((key) => `/${escape(key)}`).join("");

const isMissing = (input: unknown, path: readonly PropertyKey[]): boolean =>
  path.reduce<unknown>((value, key) => Reflect.get(Object(value), key), input) === undefined;

const fieldErrors = (target: InputTarget, issue: Issue, input: unknown): FieldError[] => {
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => ({
      pointer: pointer(target, [...issue.path, key]),
      detail: "is not known here. Check its spelling or leave it out.",
    }));
  const own = issue.code === "custom" || !isMissing(input, issue.path);
  return [{ pointer: pointer(target, issue.path), detail: own ? issue.message : "is required" }];
};

const isCode = (value: unknown): value is ErrorCode => ERROR_CODES.some((code) => code === value);

// A schema may name a code of its own for what it finds; it counts if everything wrong is of that kind.
const codeOf = (issues: readonly Issue[]): ErrorCode => {
  const codes = new Set(
    issues.map((issue) => (issue.code === "custom" ? issue.params?.["code"] : undefined)),
  );
  const [only] = codes;
  return codes.size === 1 && isCode(only) ? only : "VALIDATION_FAILED";
};

const WHERE: Readonly<Record<InputTarget, string>> = {
  json: "body",
  form: "body",
  query: "query",
  param: "path",
  header: "headers",
  cookie: "cookies",
};

/** What a schema found in `input`, as a refusal that names every field at fault. */
export const invalidInput = (target: InputTarget, error: ZodError, input: unknown): DomainError => {
  const errors = error.issues.flatMap((issue) => fieldErrors(target, issue, input));
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more, see errors)` : "";
  const detail = `The ${WHERE[target]} can't be accepted: ${first?.pointer ?? ""} ${first?.detail ?? ""}${more}`;
  return new DomainError(codeOf(error.issues), detail, { errors, cause: error });
};
