import { DomainError } from "@closebell/context";
import type { Deps } from "@closebell/database";
import type { Chain } from "./chain.ts";
import type { CustodyPolicy } from "./custody-policy.ts";

/** What custody's verbs are given: the chains USDC comes from and goes to, in the order they are offered. */
export interface CustodyDeps extends Deps {
  readonly chains: readonly Chain[];
  readonly policy: CustodyPolicy;
}

/**
 * The chain called `name`.
 * @throws DomainError CHAIN_NOT_FOUND
 */
export const chainNamed = (chains: readonly Chain[], name: string): Chain => {
  const chain = chains.find((candidate) => candidate.name === name);
  if (chain !== undefined) return chain;
  const known = chains.map((candidate) => candidate.name).join(", ");
  throw new DomainError("CHAIN_NOT_FOUND", `There is no such chain. Name one of: ${known}.`);
};
