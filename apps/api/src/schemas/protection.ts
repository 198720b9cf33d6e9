import { microUsdc, type MicroUsdc } from "@closebell/money";
import { LIMIT_KINDS, LIMIT_PERIODS } from "@closebell/protection";
import { z } from "@hono/zod-openapi";
import { idIn, idOut, instantOut, lineIn } from "./common.ts";
import { amountIn, amountOut } from "./money.ts";

const kind = z.enum(LIMIT_KINDS).openapi({
  description:
    "deposit: what comes in to be bet. stake: what is bet. loss: what is bet less what comes back for it; open bets count as lost",
});
const period = z
  .enum(LIMIT_PERIODS)
  .openapi({ description: "A day in UTC, an ISO week from Monday in UTC, or a month in UTC" });

export const limitParams = z.strictObject({ userId: idIn("The user's id"), kind, period });

const positive = amountIn("50000000");

/** As `amountIn`; zero is an amount too, and null is none. */
const limitIn = z
  .unknown()
  .transform((value, ctx): MicroUsdc | null => {
    if (value === null) return null;
    if (value === 0 || (typeof value === "string" && /^0{1,19}$/.test(value))) return microUsdc(0n);
    const read = positive.safeParse(value);
    if (read.success) return read.data;
    for (const issue of read.error.issues) {
      const params = issue.code === "custom" ? issue.params : undefined;
      ctx.addIssue({ code: "custom", message: issue.message, ...(params && { params }) });
    }
    return z.NEVER;
  })
  .openapi({
    oneOf: [
      { type: "string", pattern: "^[0-9]{1,19}$" },
      { type: "integer", minimum: 0, maximum: 2 ** 50 },
      { type: "null" },
    ],
    description: "Micro-USDC (1 USDC = 1000000), as a string of digits; null for no limit.",
    example: "50000000",
  });

export const setLimitBody = z.strictObject({ amountMicroUsdc: limitIn });

export const timeOutBody = z.strictObject({
  hours: z
    .number()
    .int()
    .min(24)
    .max(42 * 24)
    .openapi({ example: 168, description: "24 hours to six weeks" }),
});

export const selfExclusionBody = z.strictObject({
  months: z
    .number()
    .int()
    .min(6)
    .max(60)
    .nullable()
    .openapi({ example: 12, description: "Six months to five years; null: for good" }),
});

export const reasonBody = z.strictObject({
  reason: lineIn(500).openapi({
    example: "asked us to by telephone",
    description: "For the audit log",
  }),
});

export const useHeldBody = z.strictObject({ amountMicroUsdc: amountIn("5000000") });

export const heldUseSchema = z
  .object({
    id: idOut("The use's id"),
    userId: idOut("Whose money"),
    amountMicroUsdc: amountOut("5000000"),
    createdAt: instantOut("2026-11-20T12:00:00Z", "When it came into play"),
  })
  .openapi("HeldUse");

const amountOrNone = (description: string) => amountOut("50000000", description).nullable();

const limitSchema = z
  .object({
    kind,
    period,
    amountMicroUsdc: amountOrNone("What is in force; null where none is any more"),
    usedMicroUsdc: amountOut("12000000", "Of this period; below zero where more was won than lost"),
    remainingMicroUsdc: amountOrNone("What may still be used; null where no limit is in force"),
    periodStart: instantOut("2026-11-20T00:00:00Z", "When this period began"),
    resetsAt: instantOut("2026-11-21T00:00:00Z", "When the next one begins"),
    pending: z
      .object({
        amountMicroUsdc: amountOrNone("Null: no limit"),
        from: instantOut("2026-11-21T12:00:00Z", "From when on it may be confirmed"),
        until: instantOut("2026-11-24T12:00:00Z", "When it lapses if it was not"),
      })
      .nullable()
      .openapi({
        description: "A looser limit that was asked for; it counts once it is confirmed",
      }),
  })
  .openapi("SpendingLimit");

const restrictionSchema = z
  .object({
    kind: z.enum(["time-out", "self-exclusion", "block", "screening"]),
    since: instantOut("2026-11-20T12:00:00Z", "When it began"),
    until: instantOut("2026-11-27T12:00:00Z", "When its term ends").nullable().openapi({
      description: "When its term ends; null: for good, or until it is lifted",
    }),
    overAt: instantOut("2026-11-27T12:00:00Z", "When it is over").nullable().openapi({
      description:
        "When it is over. Null: it goes on; a self-exclusion, after its term too, until the user asks to play again",
    }),
  })
  .openapi("Restriction");

export const protectionSchema = z
  .object({
    userId: idOut("Whose protection"),
    suspended: z.boolean().openapi({
      description: "True while bets are refused and deposits are held; withdrawals go on",
    }),
    restrictions: z.array(restrictionSchema).openapi({ description: "Those in force" }),
    limits: z.array(limitSchema).openapi({ description: "Deposit limits first" }),
  })
  .openapi("Protection");

export const protectionChangeSchema = z
  .object({
    at: instantOut("2026-11-20T12:00:00Z", "When"),
    what: z.enum([
      "limit",
      "limit-confirmed",
      "time-out",
      "self-exclusion",
      "return",
      "block",
      "block-lifted",
      "screening",
      "screening-lifted",
    ]),
    content: z.record(z.string(), z.string().nullable()).openapi({
      description:
        "Of a limit: kind, period, amountMicroUsdc, beforeMicroUsdc, and countsFrom or confirmFrom. Of a restriction: endsAt, when its term ends. Of a return: endsAt, when the self-exclusion is over",
    }),
    own: z.boolean().openapi({ description: "Whether the user did it" }),
  })
  .openapi("ProtectionChange");

const spanSchema = z
  .object({
    since: instantOut("2026-11-01T00:00:00Z", "From when on")
      .nullable()
      .openapi({ description: "From when on; null: ever" }),
    depositedMicroUsdc: amountOut("25000000", "Paid in, held or not"),
    withdrawnMicroUsdc: amountOut("5000000", "Paid out"),
    netDepositsMicroUsdc: amountOut("20000000", "Deposited less withdrawn"),
    stakedMicroUsdc: amountOut("12000000", "Bet"),
    returnedMicroUsdc: amountOut("9000000", "Payouts and refunds"),
  })
  .openapi("ActivitySpan");

export const activitySchema = z
  .object({
    userId: idOut("Whose activity"),
    day: spanSchema,
    week: spanSchema,
    month: spanSchema,
    sixMonths: spanSchema,
    lifetime: spanSchema,
  })
  .openapi("Activity");
