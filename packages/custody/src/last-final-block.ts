import { DomainError } from "@closebell/context";
import { reachable } from "@closebell/database";
import type { BlockRef } from "./block-ref.ts";
import type { Chain } from "./chain.ts";
import type { CustodyDeps } from "./custody-deps.ts";
import { scanPlace } from "./scan-claim.ts";

/**
 * The last final block of a chain that was read: whatever came in up to it is known.
 * @throws DomainError CHAIN_UNAVAILABLE where none was read yet
 */
export const lastFinalBlock = async (
  { database }: Pick<CustodyDeps, "database">,
  chain: Pick<Chain, "name">,
): Promise<BlockRef> => {
  const { final } = await reachable(database.url, () => scanPlace(database.orm, chain.name));
  if (final !== null) return final;
  throw new DomainError(
    "CHAIN_UNAVAILABLE",
    `No final block of ${chain.name} was read yet, so there is nothing to compare with. Start a scheduler, or run \`chain scan\`.`,
    { retryAfterSeconds: 30 },
  );
};
