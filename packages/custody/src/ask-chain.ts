import { DomainError } from "@closebell/context";
import { ChainError, type Chain } from "./chain.ts";

/**
 * Asks a chain on somebody's behalf.
 * @throws DomainError CHAIN_UNAVAILABLE where it gives no answer, or none that can be believed
 */
export const askChain = async <T>(chain: Chain, question: () => Promise<T>): Promise<T> => {
  try {
    return await question();
  } catch (error) {
    if (!(error instanceof ChainError)) throw error;
    throw new DomainError(
      "CHAIN_UNAVAILABLE",
      `${chain.name} gives no usable answer (${error.kind}). Try again, and see whether its node is well.`,
      { cause: error, retryAfterSeconds: 5 },
    );
  }
};
