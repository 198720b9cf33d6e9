import { z } from "@hono/zod-openapi";
import { amountOut } from "./money.ts";
import { dateOut, instantOut } from "./common.ts";

export const ROUND_STATES = ["SCHEDULED", "OPEN", "LOCKED", "SETTLING", "SETTLED", "VOID"] as const;

const VOID_REASONS = ["CANCELLED_SESSION", "ORACLE_TIMEOUT", "NO_WINNERS", "OPERATOR"] as const;
const HELD_REASONS = ["GUARD", "GRACE_ENDED", "OPERATOR"] as const;

const price = (description: string) =>
  z.string().nullable().openapi({ example: null, description });

const count = (description: string) =>
  z.number().int().min(0).openapi({ example: 12, description });

export const rulesSchema = z
  .object({
    version: z.number().int(),
    feeBps: z
      .number()
      .int()
      .openapi({ example: 100, description: "Basis points of the losing pool" }),
    minStakeMicroUsdc: amountOut("1000000", "The smallest bet. Micro-USDC"),
    maxStakeMicroUsdc: amountOut("1000000000", "Per user and round, all bets. Micro-USDC"),
    guardBps: z.number().int().openapi({
      example: 3000,
      description:
        "A move above this, in basis points of the previous close, waits for an operator",
    }),
    onGraceEnd: z.enum(["void", "hold"]),
    sources: z.array(z.string()).openapi({
      example: ["simulated"],
      description:
        "Who is asked for the closes, in order: a name, or name:SYMBOL where the source has its own symbol",
    }),
    sourceRule: z.enum(["first", "all-agree", "median"]).openapi({
      description: "How the sources' answers become a price; `prices` says it in words",
    }),
    toleranceBps: z.number().int().openapi({
      example: 0,
      description:
        "How far from the first source's, in basis points, the closes of one that agrees may be",
    }),
    outcome: z.string().openapi({ description: "What UP and DOWN mean, in words" }),
    prices: z.string().openapi({ description: "Whose closes count, in words" }),
    tie: z.string().openapi({ description: "What happens on an unchanged close, in words" }),
    fee: z.string().openapi({ description: "What is kept, in words" }),
    payout: z.string().openapi({ description: "What winners get, in words" }),
    void: z.string().openapi({ description: "When all stakes come back, in words" }),
    finality: z.string().openapi({ description: "What can't change any more, in words" }),
  })
  .openapi("RoundRules");

export const roundSchema = z
  .object({
    market: z.string().openapi({ example: "NDX" }),
    code: z.string().openapi({ example: "20261123", description: "YYYYMMDD of the closing date" }),
    symbol: z.string().openapi({ example: "^NDX" }),
    closingDate: dateOut("The session whose close decides"),
    previousDate: dateOut("The session whose close it is compared with"),
    state: z.enum(ROUND_STATES),
    paused: z.boolean().openapi({ description: "An operator has stopped bets for now" }),
    heldReason: z.enum(HELD_REASONS).nullable().openapi({
      description: "Why settlement waits for an operator; null if it does not",
      example: null,
    }),
    opensAt: instantOut("2026-11-20T20:59:59Z", "From here on bets are taken"),
    lockAt: instantOut("2026-11-23T20:59:59Z", "Bets count before this instant"),
    closeAt: instantOut("2026-11-23T21:00:00Z", "The session's close"),
    settlesFrom: instantOut("2026-11-23T21:05:00Z", "The price is asked for from here on"),
    graceEndsAt: instantOut(
      "2026-11-23T21:35:00Z",
      "Without a valid price by here the rules decide",
    ),
    outcome: z.enum(["UP", "DOWN", "VOID"]).nullable().openapi({ example: null }),
    voidReason: z.enum(VOID_REASONS).nullable().openapi({ example: null }),
    previousClose: price("Exact decimal; null until the outcome is fixed"),
    close: price("Exact decimal; null until the outcome is fixed"),
    priceSource: z.string().nullable().openapi({
      example: null,
      description: "The source both closes are of; null until prices have fixed the outcome",
    }),
    poolUpMicroUsdc: amountOut("25000000"),
    poolDownMicroUsdc: amountOut("75000000"),
    feeMicroUsdc: amountOut("750000").nullable().openapi({ example: null }),
    betsUp: count("Bets on UP"),
    betsDown: count("Bets on DOWN"),
    settledAt: instantOut("2026-11-23T21:05:04Z", "When the last bet was paid or refunded")
      .nullable()
      .openapi({ example: null }),
    simulated: z.boolean().openapi({ description: "True where prices are made up or set by hand" }),
    rules: rulesSchema,
  })
  .openapi("Round");

export const currentRoundsSchema = z
  .object({
    market: z.string().openapi({ example: "NDX" }),
    open: roundSchema.nullable().openapi({ description: "The round that takes bets now" }),
    opensNextAt: instantOut(
      "2026-11-23T20:59:59Z",
      "When the next round opens; null where the calendar is not known that far",
    ).nullable(),
    settling: z.array(roundSchema).openapi({ description: "Locked, and not finished yet" }),
  })
  .openapi("CurrentRounds");

const quoteSide = z.object({
  payoutMicroUsdc: amountOut("1990000", "Stake and share of the losing pool. Micro-USDC"),
  profitMicroUsdc: amountOut("990000", "The payout less the stake. Micro-USDC"),
  oneSided: z.boolean().openapi({
    description: "Nobody is on the other side: the stake would come back, without a fee",
  }),
});

export const quoteSchema = z
  .object({
    market: z.string().openapi({ example: "NDX" }),
    roundCode: z.string().openapi({ example: "20261123" }),
    stakeMicroUsdc: amountOut("1000000"),
    feeBps: z.number().int().openapi({ example: 100 }),
    poolUpMicroUsdc: amountOut("25000000"),
    poolDownMicroUsdc: amountOut("75000000"),
    up: quoteSide,
    down: quoteSide,
    simulated: z.boolean().openapi({ description: "True where prices are made up or set by hand" }),
    note: z.string().openapi({ description: "What a quote is and is not" }),
  })
  .openapi("Quote");
