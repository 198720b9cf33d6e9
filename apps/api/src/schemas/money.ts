import { microUsdc, type MicroUsdc } from "@closebell/money";
import { z } from "@hono/zod-openapi";

const LARGEST = 2n ** 63n - 1n;
// JSON.parse rounds beyond 2^53 and turns 9007199254740990.6 into an integer: well below that, a number is what was sent.
const LARGEST_NUMBER = 2 ** 50;

const AS_STRING =
  'must be micro-USDC (1 USDC = 1000000) as a string of digits, for example "1000000"';

type Reading = { readonly amount: bigint } | { readonly code: string; readonly problem: string };

const invalid = (problem: string): Reading => ({ code: "AMOUNT_INVALID", problem });

const readString = (text: string): Reading => {
  if (/^-[0-9]+$/.test(text)) return invalid("must be more than 0");
  if (/^[0-9]+\.[0-9]*$/.test(text))
    return invalid(`has a fraction: ${AS_STRING}; nothing is smaller than 1`);
  if (!/^[0-9]{1,1000}$/.test(text)) return invalid(AS_STRING);
  return { amount: BigInt(text) };
};

const readNumber = (value: number): Reading => {
  if (!Number.isInteger(value))
    return invalid(`has a fraction: ${AS_STRING}; nothing is smaller than 1`);
  if (value > LARGEST_NUMBER)
    return {
      code: "AMOUNT_OVERFLOW",
      problem: `is too large for a JSON number (up to ${LARGEST_NUMBER}); ${AS_STRING}`,
    };
  return value < 0 ? invalid("must be more than 0") : { amount: BigInt(value) };
};

const read = (value: unknown): Reading => {
  if (value === undefined) return { code: "VALIDATION_FAILED", problem: "is required" };
  const reading =
    typeof value === "string"
      ? readString(value)
      : typeof value === "number"
        ? readNumber(value)
        : invalid(AS_STRING);
  if ("problem" in reading) return reading;
  if (reading.amount === 0n) return invalid("must be more than 0");
  if (reading.amount > LARGEST)
    return { code: "AMOUNT_OVERFLOW", problem: `is too large: the largest amount is ${LARGEST}` };
  return reading;
};

/**
 * An amount of money coming in, more than zero: a string of digits, or a JSON integer up to 2^50. Everything else is
 * refused with AMOUNT_INVALID or AMOUNT_OVERFLOW.
 */
export const amountIn = (example: string) =>
  z
    .unknown()
    .transform((value, ctx): MicroUsdc => {
      const reading = read(value);
      if ("amount" in reading) return microUsdc(reading.amount);
      ctx.addIssue({ code: "custom", message: reading.problem, params: { code: reading.code } });
      return z.NEVER;
    })
    .openapi({
      oneOf: [
        { type: "string", pattern: "^[0-9]{1,19}$" },
        { type: "integer", minimum: 1, maximum: LARGEST_NUMBER },
      ],
      description: "Micro-USDC, more than 0 (1 USDC = 1000000). A string of digits.",
      example,
    });

/** An amount of money going out: a string of digits in micro-USDC, filled by a presenter. */
export const amountOut = (example: string, description?: string) =>
  z
    .string()
    .regex(/^-?[0-9]+$/)
    .openapi({ example, description: description ?? "Micro-USDC (1 USDC = 1000000)" });
