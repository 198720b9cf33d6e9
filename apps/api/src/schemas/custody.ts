import { z } from "@hono/zod-openapi";
import { chainIn, EXAMPLE_ADDRESS, idIn, idOut, instantOut, tokenIn, userIn } from "./common.ts";
import { amountIn, amountOut } from "./money.ts";

const simulated = z
  .boolean()
  .openapi({ description: "True where no money exists behind the chain" });

export const ensureWalletBody = z.strictObject({ userId: userIn("Whose wallet"), chain: chainIn });

export const walletSchema = z
  .object({
    userId: idOut("Whose wallet"),
    chain: z.string().openapi({ example: "simulated" }),
    address: z.string().openapi({ description: "Deposits to this address are the user's" }),
    createdAt: instantOut("2026-11-20T12:00:00Z", "When the address was given out"),
    simulated,
  })
  .openapi("Wallet");

export const walletsSchema = z.object({ items: z.array(walletSchema) }).openapi("Wallets");

export const depositSchema = z
  .object({
    id: idOut("The deposit's id"),
    userId: idOut("Whose deposit"),
    chain: z.string().openapi({ example: "simulated" }),
    tx: z.string().openapi({ example: "tx-1" }),
    log: z.number().int().openapi({ example: 0 }),
    address: z.string(),
    amountMicroUsdc: amountOut("25000000"),
    state: z.enum(["SEEN", "CONFIRMED", "CREDITED", "SUSPENDED", "REORGED"]).openapi({
      description:
        "SEEN in a block, CONFIRMED by enough of them, CREDITED; SUSPENDED: below the minimum, kept but not credited; REORGED: its block vanished",
    }),
    block: z
      .object({ number: z.string().openapi({ example: "21000000" }), hash: z.string() })
      .nullable()
      .openapi({ description: "The block it stands in; null where a deposit is simulated" }),
    createdAt: instantOut("2026-11-20T12:00:00Z", "When it was first seen"),
    creditedAt: instantOut("2026-11-20T12:00:00Z", "When the user got it").nullable(),
    held: z.boolean().openapi({
      description:
        "True where it may be withdrawn but not bet: beyond the user's own limit, or while play was suspended",
    }),
    simulated,
  })
  .openapi("Deposit");

export const payoutAddressSchema = z
  .object({
    userId: idOut("Whose address"),
    chain: z.string().openapi({ example: "ethereum" }),
    address: z.string().openapi({ description: "In the chain's own spelling" }),
    createdAt: instantOut("2026-11-20T12:00:00Z", "When it was saved"),
    usableFrom: instantOut("2026-11-21T12:00:00Z", "From when on it may be paid to"),
    simulated,
  })
  .openapi("PayoutAddress");

export const payoutAddressesSchema = z
  .object({ items: z.array(payoutAddressSchema) })
  .openapi("PayoutAddresses");

export const savePayoutAddressBody = z.strictObject({
  address: tokenIn("An address outside this service", EXAMPLE_ADDRESS),
  chain: chainIn,
});

export const payoutAddressParams = z.strictObject({
  userId: idIn("The user's id"),
  address: tokenIn("The address, in any spelling of its chain", EXAMPLE_ADDRESS),
});

export const payoutAddressQuery = z.strictObject({ chain: chainIn });

export const requestWithdrawalBody = z.strictObject({
  userId: userIn("Whose money"),
  amountMicroUsdc: amountIn("5000000"),
  to: tokenIn(
    "The address to pay; on a real chain one that the user has saved before",
    EXAMPLE_ADDRESS,
  ),
  chain: chainIn,
});

export const withdrawalSchema = z
  .object({
    id: idOut("The withdrawal's id"),
    userId: idOut("Whose money"),
    chain: z.string().openapi({ example: "simulated" }),
    to: z.string().openapi({ description: "The address paid" }),
    amountMicroUsdc: amountOut("5000000"),
    fromHeldMicroUsdc: amountOut("0", "How much of it was held"),
    state: z
      .enum([
        "REQUESTED",
        "APPROVED",
        "SIGNED",
        "BROADCAST",
        "MINED",
        "CONFIRMED",
        "REJECTED",
        "FAILED",
        "NEEDS_REVIEW",
      ])
      .openapi({
        description:
          "CONFIRMED: paid for good. REJECTED and FAILED: the money is back. NEEDS_REVIEW: an operator looks at it, the money is held",
      }),
    waitingFor: z
      .string()
      .nullable()
      .openapi({ description: "Why it waits, where it waits for more than its turn" }),
    tx: z
      .string()
      .nullable()
      .openapi({ description: "The chain's transaction, once there is one" }),
    failureReason: z.string().nullable(),
    createdAt: instantOut("2026-11-20T12:00:00Z", "When it was asked for"),
    updatedAt: instantOut("2026-11-20T12:00:05Z", "When its state last changed"),
    simulated,
  })
  .openapi("Withdrawal");

export const tvlSchema = z
  .object({
    tvlMicroUsdc: amountOut("100000000", "What users and rounds own. Micro-USDC"),
    simulated: z.boolean().openapi({ description: "True where a simulated chain is part of it" }),
  })
  .openapi("Tvl");

/** One of `userId` and `address` says whose deposit it is. */
export const depositWebhookBody = z
  .strictObject({
    userId: idIn("Whose deposit; or give the address").optional(),
    address: tokenIn("The address paid; or give the user", EXAMPLE_ADDRESS).optional(),
    chain: chainIn,
    amountMicroUsdc: amountIn("25000000"),
    tx: tokenIn("The chain's transaction", "tx-1"),
    log: z
      .number()
      .int()
      .min(0)
      .max(2 ** 31 - 1)
      .default(0)
      .openapi({ example: 0, description: "Which transfer of the transaction" }),
  })
  .superRefine((body, ctx) => {
    if ((body.userId === undefined) === (body.address === undefined))
      ctx.addIssue({
        code: "custom",
        path: ["userId"],
        message: "Give either userId or address, to say whose deposit it is",
      });
  });
