import type { ErrorCode } from "@closebell/context";
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { RateRule } from "../limits/rate-group.ts";

type Document = ReturnType<OpenAPIHono["getOpenAPI31Document"]>;
type Operation = NonNullable<NonNullable<Document["paths"]>[string]["get"]>;
type Responses = NonNullable<Operation["responses"]>;

const header = (description: string, required = true) => ({
  description,
  required,
  schema: { type: "string" as const },
});

const EVERY_ANSWER = {
  "X-Request-Id": {
    description: "The request's id",
    required: true,
    schema: { type: "string", format: "uuid" },
  },
  traceparent: header("W3C Trace Context"),
} as const;

// a request that is refused before it is counted is told nothing of this
const COUNTED = {
  RateLimit: header(
    "What is left of each limit, and for how many seconds (draft-ietf-httpapi-ratelimit-headers)",
    false,
  ),
  "RateLimit-Policy": header("The limits: how many requests in how many seconds", false),
} as const;

const retry = (required: boolean) => ({
  "Retry-After": {
    description: "In how many seconds to try again",
    required,
    schema: { type: "integer" as const, minimum: 0 },
  },
});

const challenge = (required: boolean) => ({ "WWW-Authenticate": header("RFC 6750", required) });

const TAGGED = { ETag: header("Of this answer, for If-None-Match") } as const;

const IF_NONE_MATCH = {
  name: "If-None-Match",
  in: "header",
  required: false,
  description: "The ETag of the answer you have: 304 if it is still that",
  schema: { type: "string" },
} as const;

// Hono reads headers in small letters; people know them by these names.
const NAMES: Readonly<Record<string, string>> = {
  "idempotency-key": "Idempotency-Key",
  "last-event-id": "Last-Event-ID",
};

const isOfCode = (response: Responses[string], code: ErrorCode): boolean =>
  code in Object(response.content?.["application/problem+json"]?.examples);

/** Says in the document which headers an operation reads and sends, beside those that its route declares. */
export const declareHeaders = (operation: Operation, { group }: RateRule): void => {
  const { responses } = operation;
  if (responses === undefined) return;
  if (group === undefined) delete responses["429"];
  const isRevalidated = responses["304"] !== undefined;
  for (const [status, response] of Object.entries(responses))
    response.headers = {
      ...EVERY_ANSWER,
      ...(group !== undefined && COUNTED),
      ...((status === "429" || status === "503") && retry(true)),
      ...(status === "401" && challenge(true)),
      // other codes of the same status come without
      ...(isOfCode(response, "IDEMPOTENCY_KEY_IN_USE") && retry(false)),
      ...(isOfCode(response, "FORBIDDEN") && challenge(false)),
      ...(isRevalidated && (status === "200" || status === "304") && TAGGED),
      ...response.headers,
    };
  if (isRevalidated) operation.parameters = [...(operation.parameters ?? []), IF_NONE_MATCH];
  for (const parameter of operation.parameters ?? [])
    if ("in" in parameter && parameter.in === "header")
      parameter.name = NAMES[parameter.name] ?? parameter.name;
};
