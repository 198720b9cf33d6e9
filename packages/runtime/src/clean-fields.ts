const SECRET =
  /password|secret|authorization|cookie|credential|token|api-?_?key|private-?_?key|totp|recovery/i;
const MAX_DEPTH = 6;

// Services take keys in paths and queries: https://host/v2/<key>, ?apikey=<key>.
const LONG = /[\w-]{20,}/g;
const NAMED = /([?&][^=&\s]*(?:key|token|secret|auth)[^=&\s]*=)[^&\s"'#]*/gi;

// Ours say what they are: API keys, refresh tokens and those that are mailed or claimed; access tokens are JWTs.
const OURS = /\bcb_[a-z]+_[\w-]{16,}|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}/g;
const BEARER = /\b(bearer|basic) +[^\s"',;]{8,}/gi;

const withoutKeys = (address: string): string =>
  address.replace(
    /^([a-z]+:\/\/[^/?\s]*)(.*)$/is,
    (_all, host: string, rest: string) => host + rest.replace(NAMED, "$1***").replace(LONG, "***"),
  );

/** Takes credentials out of `text`: our own, passwords in every URL, and whatever may be a key in those of the web. */
export const redact = (text: string): string =>
  text
    .replace(/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):[^\s@/]*@/gi, "$1:***@")
    .replace(/\b(?:https?|wss?):\/\/[^\s"'<>]+/gi, withoutKeys)
    .replace(OURS, "***")
    .replace(BEARER, "$1 ***");

const cleanError = (error: Error, depth: number): object => ({
  type: error.name,
  message: redact(error.message),
  ...("code" in error ? { code: clean(error.code, depth + 1) } : {}),
  stack: redact(error.stack ?? ""),
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

/** What may be logged of `fields`: amounts as strings, errors in full, no passwords. */
export const cleanFields = (fields: object): object => cleanObject(fields, 0);
