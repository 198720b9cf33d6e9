import { z } from "zod";
import { parseConfirmations } from "./confirmation-steps.ts";
import { amount, formed, oneOf, url, whole } from "./variable-kinds.ts";

const address = (name: string) =>
  formed(name, /^0x[0-9a-fA-F]{40}$/, "an address: 0x and 40 hexadecimal digits");

const rpcUrl = (name: string) => url(name, ["http:", "https:"]);

const confirmations = (name: string) =>
  z.string().transform((text, ctx) => {
    const steps = parseConfirmations(text);
    if (steps !== undefined) return steps;
    ctx.addIssue({
      code: "custom",
      message: `${name} must be final, a number of blocks, or steps by amount as 100000000:3,1000000000:12,final.`,
    });
    return z.NEVER;
  });

/** Where USDC comes from and goes to, and what an operator allows there. */
export const chainVariables = {
  CHAIN: oneOf("CHAIN", ["simulated", "evm"]).default("simulated"),
  EVM_CHAIN_NAME: formed(
    "EVM_CHAIN_NAME",
    /^(?!simulated)[a-z][a-z0-9-]{0,31}$/,
    "1 to 32 small letters, digits and hyphens, begin with a letter and not with simulated",
  ).optional(),
  EVM_CHAIN_ID: whole("EVM_CHAIN_ID", 1, 999_999_999).optional(),
  EVM_RPC_URL: rpcUrl("EVM_RPC_URL").optional(),
  EVM_RPC_URL_SECOND: rpcUrl("EVM_RPC_URL_SECOND").optional(),
  EVM_USDC_ADDRESS: address("EVM_USDC_ADDRESS").optional(),
  EVM_XPUB: formed(
    "EVM_XPUB",
    /^xpub[1-9A-HJ-NP-Za-km-z]{107}$/,
    "an extended public key (xpub…), never a private one",
  ).optional(),
  EVM_HOT_WALLET_ADDRESS: address("EVM_HOT_WALLET_ADDRESS").optional(),
  EVM_COLD_WALLET_ADDRESS: address("EVM_COLD_WALLET_ADDRESS").optional(),
  EVM_START_BLOCK: whole("EVM_START_BLOCK", 0, 999_999_999).optional(),
  EVM_CONFIRMATIONS: whole("EVM_CONFIRMATIONS", 1, 99_999).optional(),
  EVM_HOT_WALLET_KEY: formed(
    "EVM_HOT_WALLET_KEY",
    /^0x[0-9a-fA-F]{64}$/,
    "a private key: 0x and 64 hexadecimal digits",
  ).optional(),
  EVM_DEPOSIT_KEY: formed(
    "EVM_DEPOSIT_KEY",
    /^xprv[1-9A-HJ-NP-Za-km-z]{107}$/,
    "the extended private key (xprv…) that belongs to EVM_XPUB",
  ).optional(),
  DEPOSIT_MIN_MICRO_USDC: amount("DEPOSIT_MIN_MICRO_USDC").optional(),
  DEPOSIT_CONFIRMATIONS: confirmations("DEPOSIT_CONFIRMATIONS").optional(),
  DEPOSIT_BACKFILL_BLOCKS: whole("DEPOSIT_BACKFILL_BLOCKS", 1, 10_000_000).optional(),
  WITHDRAWAL_MIN_MICRO_USDC: amount("WITHDRAWAL_MIN_MICRO_USDC").optional(),
  WITHDRAWAL_MAX_MICRO_USDC: amount("WITHDRAWAL_MAX_MICRO_USDC").optional(),
  WITHDRAWAL_DAILY_MICRO_USDC: amount("WITHDRAWAL_DAILY_MICRO_USDC").optional(),
  WITHDRAWAL_DAILY_USER_MICRO_USDC: amount("WITHDRAWAL_DAILY_USER_MICRO_USDC").optional(),
  WITHDRAWAL_AUTO_APPROVE_MICRO_USDC: amount("WITHDRAWAL_AUTO_APPROVE_MICRO_USDC", 0n).optional(),
  WITHDRAWAL_REPLACE_AFTER_SECONDS: whole("WITHDRAWAL_REPLACE_AFTER_SECONDS", 5, 86_400).optional(),
  HOT_WALLET_CAP_MICRO_USDC: amount("HOT_WALLET_CAP_MICRO_USDC").optional(),
  SWEEP_FROM_MICRO_USDC: amount("SWEEP_FROM_MICRO_USDC").optional(),
  PAYOUT_ADDRESS_DELAY_HOURS: whole("PAYOUT_ADDRESS_DELAY_HOURS", 0, 8_760).optional(),
  GAS_PRICE_MAX_GWEI: whole("GAS_PRICE_MAX_GWEI", 1, 1_000_000).optional(),
};

/** What a process may be given through a file that NAME_FILE names: a node's URL holds the key to an account there. */
export const CHAIN_SECRETS = [
  "EVM_RPC_URL",
  "EVM_RPC_URL_SECOND",
  "EVM_HOT_WALLET_KEY",
  "EVM_DEPOSIT_KEY",
] as const;
