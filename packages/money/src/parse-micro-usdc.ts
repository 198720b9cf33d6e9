import { excerpt } from "./excerpt.ts";
import { type MicroUsdc, microUsdc } from "./micro-usdc.ts";

const DIGITS = /^(?:0|[1-9]\d{0,18})$/;

/**
 * Reads an amount as JSON carries it: digits only and no leading zero, so that every amount has one spelling.
 * @throws RangeError for anything else, and for more than int8 holds
 */
export const parseMicroUsdc = (text: string): MicroUsdc => {
  if (!DIGITS.test(text)) {
    throw new RangeError(
      `${excerpt(text)} is not an amount in micro-USDC. Write digits only, such as 12500000 for 12.5 USDC.`,
    );
  }
  return microUsdc(BigInt(text));
};
