import { z } from "@hono/zod-openapi";

/** What every list takes: where to go on, and how much. */
export const pageQuery = {
  cursor: z
    .string()
    .min(1)
    .max(512)
    .optional()
    .openapi({ description: "`nextCursor` of the page before. Opaque; good for this list only." }),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(100)
    .default(50)
    .openapi({ example: 50, description: "How many items at most" }),
};

/** One page of `item`. */
export const pageOf = <T extends z.ZodType>(item: T, name: string) =>
  z
    .object({
      items: z.array(item),
      nextCursor: z
        .string()
        .nullable()
        .openapi({ description: "Pass it as `cursor` for the next page; null on the last" }),
    })
    .openapi(name);
