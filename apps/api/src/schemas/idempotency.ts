import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { ApiEnv } from "../api-env.ts";
import { invalidInput } from "../on-invalid.ts";

const FORM = /^[!-~]{1,200}$/;

const unquoted = (key: string): string =>
  key.length > 2 && key.startsWith('"') && key.endsWith('"') ? key.slice(1, -1) : key;

/** How long the first answer to a key is kept. */
const KEPT = {
  day: "for 24 hours",
  rounds: "for as long as the bet's round and the next one",
  ever: "for good",
} as const;

const keyIn = (kept: keyof typeof KEPT) =>
  z
    .unknown()
    .transform((value, ctx): string => {
      if (typeof value === "string" && FORM.test(unquoted(value))) return unquoted(value);
      const missing = value === undefined;
      ctx.addIssue({
        code: "custom",
        message: missing
          ? "is required: send a new UUID with each new request, and the same one when you send it again"
          : "must be 1 to 200 printable characters without spaces, for example a UUID",
        params: { code: missing ? "IDEMPOTENCY_KEY_REQUIRED" : "VALIDATION_FAILED" },
      });
      return z.NEVER;
    })
    .openapi({
      type: "string",
      minLength: 1,
      maxLength: 200,
      pattern: FORM.source,
      description: `Yours to choose, new for each new request; a string with or without quotes. The same key and body get the first answer again, ${KEPT[kept]}.`,
      example: "6c1f2f0e-4a57-4c35-9d43-0c1a6f0b6e2d",
    });

/**
 * The Idempotency-Key header (draft-ietf-httpapi-idempotency-key-header), with or without the quotes of a structured
 * field. Required; what is missing has a code of its own.
 */
export const idempotencyHeaders = (kept: keyof typeof KEPT) =>
  z.object({ "idempotency-key": keyIn(kept) });

/** Of a bet, whose route reads its key itself. */
export const betKeyHeaders = idempotencyHeaders("rounds");

/**
 * A bet's Idempotency-Key, read from its one header.
 * @throws DomainError IDEMPOTENCY_KEY_REQUIRED, VALIDATION_FAILED
 */
export const readIdempotencyKey = (c: Context<ApiEnv>): string => {
  const given = { "idempotency-key": c.req.raw.headers.get("idempotency-key") ?? undefined };
  const result = betKeyHeaders.safeParse(given);
  if (!result.success) throw invalidInput("header", result.error, given);
  return result.data["idempotency-key"];
};

/** The same where a route takes a key but needs none. */
export const optionalIdempotencyHeaders = z.object({
  "idempotency-key": keyIn("day").optional(),
});

/** How a key is refused, besides its form. */
export const KEY_REFUSALS = ["IDEMPOTENCY_KEY_REUSED", "IDEMPOTENCY_KEY_IN_USE"] as const;

/** Header of an answer that may be a repetition. */
export const replayedHeader = z.object({
  "Idempotency-Replayed": z
    .literal("true")
    .optional()
    .openapi({ description: "This is the first answer again; nothing was done twice" }),
});

/** The same of one that can be read again elsewhere. */
export const replayHeaders = replayedHeader.extend({
  Location: z.string().openapi({ description: "Where to read it again" }),
});
