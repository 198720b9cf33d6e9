import { excerpt } from "./excerpt.ts";
import { type MicroUsdc, microUsdc } from "./micro-usdc.ts";

const DECIMAL = /^(0|[1-9]\d{0,12})(?:\.(\d{1,6}))?$/;

/**
 * Reads an amount as people write it, in USDC with up to six decimals: "12.5" is 12,500,000. Never rounds.
 * @throws RangeError for anything else, and for more than int8 holds
 */
export const parseUsdc = (text: string): MicroUsdc => {
  const [, whole, fraction = ""] = DECIMAL.exec(text) ?? [];
  if (whole === undefined) {
    throw new RangeError(
      `${excerpt(text)} is not an amount in USDC. Write digits with up to six decimals, such as 12.5.`,
    );
  }
  return microUsdc(BigInt(whole + fraction.padEnd(6, "0")));
};
