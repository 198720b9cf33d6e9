import { ERROR_CODES, type ErrorCode } from "@closebell/context";
import { z } from "@hono/zod-openapi";
import { PROBLEM_TYPE, PROBLEMS, problemPath } from "../problem.ts";

/** RFC 9457. */
const problemSchema = z
  .object({
    type: z.string().openapi({ description: "Where this kind of problem is explained" }),
    title: z.string().openapi({ description: "The kind of problem, the same every time" }),
    status: z.number().int(),
    detail: z.string().openapi({ description: "What was wrong this time, and what to do next" }),
    instance: z.string().openapi({ description: "This occurrence, by its request id" }),
    code: z.enum(ERROR_CODES).openapi({ description: "Stable; what a program should look at" }),
    errors: z
      .array(z.object({ pointer: z.string(), detail: z.string() }))
      .optional()
      .openapi({ description: "Every field at fault, by JSON pointer (RFC 6901)" }),
  })
  .openapi("Problem");

const exampleOf = (code: ErrorCode) => ({
  summary: PROBLEMS[code].title,
  value: {
    type: problemPath(code),
    title: PROBLEMS[code].title,
    status: PROBLEMS[code].status,
    detail: PROBLEMS[code].title,
    instance: "urn:uuid:019a3f6c-7e10-7cc2-a1b5-0d3a4f0e9c11",
    code,
  },
});

interface ProblemContent {
  readonly description: string;
  readonly content: {
    readonly [PROBLEM_TYPE]: {
      readonly schema: typeof problemSchema;
      readonly examples: Record<string, ReturnType<typeof exampleOf>>;
    };
  };
}

const contentFor = (codes: readonly ErrorCode[]): ProblemContent => ({
  description: codes.map((code) => `${code}: ${PROBLEMS[code].title}`).join("\n\n"),
  content: {
    [PROBLEM_TYPE]: {
      schema: problemSchema,
      examples: Object.fromEntries(codes.map((code) => [code, exampleOf(code)])),
    },
  },
});

const EVERYWHERE = [
  "INTERNAL",
  "RATE_LIMITED",
  "OVERLOADED",
  "DATABASE_UNAVAILABLE",
] as const satisfies readonly ErrorCode[];

const WITH_BODY = [
  "MALFORMED_JSON",
  "PAYLOAD_TOO_LARGE",
  "UNSUPPORTED_MEDIA_TYPE",
  "VALIDATION_FAILED",
] as const satisfies readonly ErrorCode[];

/** Refusals as OpenAPI responses by status. */
export const refusalsBy = (codes: readonly ErrorCode[]): Record<number, ProblemContent> => {
  const byStatus = Object.groupBy(new Set(codes), (code) => PROBLEMS[code].status);
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, list]) => [status, contentFor(list ?? [])]),
  );
};

/**
 * The refusals a route can answer, as OpenAPI responses by status. What any route can answer is added; a route that only
 * reads its path or query names VALIDATION_FAILED itself.
 */
export const problems = (...codes: readonly ErrorCode[]): Record<number, ProblemContent> =>
  refusalsBy([...codes, ...EVERYWHERE]);

/** `problems` of a route that takes a JSON body. */
export const bodyProblems = (...codes: readonly ErrorCode[]): Record<number, ProblemContent> =>
  problems(...codes, ...WITH_BODY);

/** A JSON body, required. `example` is the least that works: without one a page shows every field at once. */
export const jsonBody = <T extends z.ZodType>(schema: T, example: z.input<T>) => ({
  required: true as const,
  content: { "application/json": { schema, example } },
});

/** A JSON answer. */
export const jsonAnswer = <T extends z.ZodType>(description: string, schema: T) => ({
  description,
  content: { "application/json": { schema } },
});
