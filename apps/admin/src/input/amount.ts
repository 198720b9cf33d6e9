import { microUsdc, parseMicroUsdc, parseUsdc, type MicroUsdc } from "@closebell/money";
import { InvalidArgumentError } from "commander";
import { UsageError } from "../output/usage-error.ts";

const orUsage = (parse: (text: string) => MicroUsdc, text: string): MicroUsdc => {
  try {
    return parse(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
};

export const AMOUNT = "--amount <usdc>";
export const AMOUNT_HELP = "in USDC, up to six decimals: 12.5";
export const AMOUNT_MICRO = "--amount-micro <digits>";
export const AMOUNT_MICRO_HELP = "the same in micro-USDC: 12500000";

/** Reads `--amount`: USDC as people write it. */
export const usdcArgument = (text: string): MicroUsdc => orUsage(parseUsdc, text);

/** Reads `--amount-micro`: digits. */
export const microUsdcArgument = (text: string): MicroUsdc => orUsage(parseMicroUsdc, text);

/** The one amount that was given. @throws UsageError for none, both or zero */
export const amountOf = (options: {
  readonly amount?: MicroUsdc | undefined;
  readonly amountMicro?: MicroUsdc | undefined;
}): MicroUsdc => {
  const { amount, amountMicro } = options;
  if (amount !== undefined && amountMicro !== undefined) {
    throw new UsageError("Give --amount or --amount-micro, not both.");
  }
  const given = amount ?? amountMicro;
  if (given === undefined) throw new UsageError("Say how much: --amount 12.5 is 12.5 USDC.");
  if (given < 1n) throw new UsageError("The amount must be at least 0.000001 USDC.");
  return microUsdc(given);
};
