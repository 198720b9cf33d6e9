import { DomainError } from "@closebell/context";
import { reachable, type Deps, type Executor } from "@closebell/database";
import { asc, eq } from "drizzle-orm";
import { market } from "./schema.ts";
import type { Market } from "./types.ts";

/** Every market, the default one first. */
export const listMarkets = (deps: Pick<Deps, "database">): Promise<readonly Market[]> =>
  reachable(deps.database.url, () =>
    deps.database.orm.select().from(market).orderBy(asc(market.number)),
  );

/** The markets whose sessions are those of `exchange`. */
export const listMarketsOf = (tx: Executor, exchange: string): Promise<readonly Market[]> =>
  tx.select().from(market).where(eq(market.exchange, exchange)).orderBy(asc(market.number));

/** The market called `code`, or the default one. @throws DomainError MARKET_NOT_FOUND */
export const findMarket = async (tx: Executor, code?: string): Promise<Market> => {
  const [row] = await tx
    .select()
    .from(market)
    .where(code === undefined ? undefined : eq(market.code, code))
    .orderBy(asc(market.number))
    .limit(1);
  if (row === undefined) {
    throw new DomainError(
      "MARKET_NOT_FOUND",
      code === undefined
        ? "There is no market yet. Run `bun run admin migrate`."
        : `There is no market ${code}. GET /markets lists them.`,
    );
  }
  return row;
};

/** @throws DomainError MARKET_NOT_FOUND */
export const getMarket = (
  deps: Pick<Deps, "database">,
  input: { readonly code?: string | undefined },
): Promise<Market> => reachable(deps.database.url, () => findMarket(deps.database.orm, input.code));
