import { ERROR_CODES } from "@closebell/context";
import { z } from "@hono/zod-openapi";

export const problemKindSchema = z
  .object({
    code: z.enum(ERROR_CODES),
    status: z.number().int(),
    title: z.string(),
  })
  .openapi("ProblemKind");

export const problemKindsSchema = z
  .object({ items: z.array(problemKindSchema) })
  .openapi("ProblemKinds");
