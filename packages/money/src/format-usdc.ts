import type { MicroUsdc } from "./micro-usdc.ts";

/** The exact amount in USDC, always with six decimals: 12,500,000 is "12.500000". */
export const formatUsdc = (amount: MicroUsdc): string => {
  const digits = String(amount).replace("-", "").padStart(7, "0");
  return `${amount < 0n ? "-" : ""}${digits.slice(0, -6)}.${digits.slice(-6)}`;
};
