import { formatUsdc, microUsdc } from "@closebell/money";

/** An amount for people: "12.500000". */
export const usdc = (amount: bigint): string => formatUsdc(microUsdc(amount));

/** An amount that may not be known yet. */
export const usdcOrDash = (amount: bigint | null): string => (amount === null ? "-" : usdc(amount));

/** An amount for machines: a string of digits. */
export const digits = (amount: bigint | null): string | null =>
  amount === null ? null : amount.toString();
