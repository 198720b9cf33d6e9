import type { Chain } from "@closebell/custody";
import type { EvmConfig } from "./chain-config.ts";
import { ConfigError } from "./config-error.ts";
import type { Config } from "./read-config.ts";

/** How long a node is waited for; a slow answer is no answer. */
const NODE_TIMEOUT_MS = 10_000;

const evmChain = async (config: EvmConfig, signs: boolean): Promise<Chain> => {
  const { createEvmChain } = await import("@closebell/adapters/chain/evm");
  const { kind: _kind, hotWalletKey, depositKey, ...described } = config;
  const keys = signs ? { hotWalletKey, depositKey } : {};
  try {
    return createEvmChain({ ...described, ...keys, timeoutMs: NODE_TIMEOUT_MS });
  } catch (error) {
    // an address with a wrong checksum, a key of another address: what the environment says contradicts itself
    throw new ConfigError([error instanceof Error ? error.message : String(error)]);
  }
};

/**
 * The chains USDC comes from and goes to; the first is the default. Nothing is asked of a node yet.
 * @param signs whether this process is to hold the keys it was given: one that answers requests is not
 * @throws ConfigError where a chain's settings contradict each other
 */
export const createChains = async (
  config: Pick<Config, "chain">,
  { signs }: { readonly signs: boolean },
): Promise<readonly Chain[]> => {
  if (config.chain.kind === "evm") return [await evmChain(config.chain, signs)];
  const { simulatedChain } = await import("@closebell/adapters/chain");
  return [simulatedChain()];
};
