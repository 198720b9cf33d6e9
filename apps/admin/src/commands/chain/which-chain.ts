import { DomainError } from "@closebell/context";
import { type Chain, chainNamed } from "@closebell/custody";

export const CHAIN = "--chain <name>";
export const CHAIN_HELP = "which chain; default: the configured one";

/** The chain that is meant. @throws DomainError CHAIN_NOT_FOUND */
export const whichChain = (chains: readonly Chain[], name: string | undefined): Chain => {
  if (name !== undefined) return chainNamed(chains, name);
  const [first] = chains;
  if (first !== undefined) return first;
  throw new DomainError("CHAIN_NOT_FOUND", "No chain is configured.");
};
