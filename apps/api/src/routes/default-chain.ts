import { DomainError } from "@closebell/context";
import type { ApiDeps } from "../api-deps.ts";

/** The chain that is meant where none is named. @throws DomainError CHAIN_NOT_FOUND */
export const defaultChain = (deps: Pick<ApiDeps, "chains">): string => {
  const [first] = deps.chains;
  if (first !== undefined) return first.name;
  throw new DomainError("CHAIN_NOT_FOUND", "This service is connected to no chain.");
};
