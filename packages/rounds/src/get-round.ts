import { snapshot, type Deps } from "@closebell/database";
import { findMarket } from "./markets.ts";
import { readRound } from "./round-views.ts";
import type { Round } from "./types.ts";

/** One round as it stands now. @throws DomainError MARKET_NOT_FOUND, ROUND_NOT_FOUND */
export const getRound = (
  deps: Pick<Deps, "database">,
  input: { readonly market?: string | undefined; readonly code: string },
): Promise<Round> =>
  snapshot(deps, async (tx) => {
    const market = await findMarket(tx, input.market);
    return readRound(tx, market.code, input.code);
  });
