import { z } from "@hono/zod-openapi";
import { amountOut } from "./money.ts";
import { idOut, instantOut } from "./common.ts";

export const userSchema = z
  .object({
    id: idOut("The user's id"),
    kind: z.enum(["player", "staff", "system"]),
    handle: z
      .string()
      .nullable()
      .openapi({ example: "ada", description: "Null if none was chosen" }),
    createdAt: instantOut("2026-11-20T12:00:00Z", "When the user was created"),
  })
  .openapi("User");

export const createUserBody = z.strictObject({
  handle: z
    .string()
    .regex(
      /^[A-Za-z0-9](?:[A-Za-z0-9._@-]{0,62}[A-Za-z0-9])?$/,
      "must be 1 to 64 letters, digits, dots, dashes, underscores or @, with a letter or digit at either end",
    )
    .optional()
    .openapi({
      example: "ada",
      description: "A name of the user's choice, unique whatever its case",
    }),
});

export const balanceSchema = z
  .object({
    userId: idOut("The user's id"),
    availableMicroUsdc: amountOut("25000000", "May be bet or withdrawn. Micro-USDC"),
    withdrawingMicroUsdc: amountOut("0", "On its way out. Micro-USDC"),
    heldMicroUsdc: amountOut("0", "May be withdrawn but not bet. Micro-USDC"),
  })
  .openapi("Balance");

export const transferSchema = z
  .object({
    id: z.string().openapi({ example: "42", description: "Grows with time" }),
    reference: z.string().openapi({
      example: "bet/019a3f6c-7e10-7cc2-a1b5-0d3a4f0e9c11",
      description: "What the transfer is for",
    }),
    kind: z.string().openapi({ example: "bet" }),
    amountMicroUsdc: amountOut("-1000000", "Above 0 where the user gained. Micro-USDC"),
    postedAt: instantOut("2026-11-20T12:00:00Z", "When it was posted"),
  })
  .openapi("Transfer");
