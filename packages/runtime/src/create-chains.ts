import type { Chain } from "@closebell/custody";
import type { Config } from "./read-config.ts";

/** The chains USDC comes from and goes to; the first is the default. */
export const createChains = async (config: Pick<Config, "chain">): Promise<readonly Chain[]> => {
  const { simulatedChain } = await import("@closebell/adapters/chain");
  switch (config.chain) {
    case "simulated":
      return [simulatedChain()];
  }
};
