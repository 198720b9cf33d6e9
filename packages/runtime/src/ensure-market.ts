import { type EventBus, randomIds, type Logger, SYSTEM_ACTORS } from "@closebell/context";
import type { Database } from "@closebell/database";
import { ensureDefaultMarket } from "@closebell/rounds";
import type { Config } from "./read-config.ts";

const nobodyListens: EventBus = {
  publish: () => undefined,
  subscribe: () => () => undefined,
  healthy: () => true,
  close: () => Promise.resolve(),
};

/**
 * Makes the default market of the environment's settings where there is no market yet, and warns where the environment and
 * an existing one differ: the market's row rules.
 */
export const ensureMarket = async (
  deps: { readonly database: Database; readonly log: Logger },
  config: Pick<Config, "market">,
): Promise<{ readonly created: boolean; readonly differs: readonly string[] }> => {
  const by = { actor: SYSTEM_ACTORS.migration, requestId: randomIds.uuid() };
  const result = await ensureDefaultMarket(
    { ...deps, events: nobodyListens, ids: randomIds },
    { by, settings: config.market },
  );
  const market = config.market.code;
  if (result.created) deps.log.info({ market }, "default market created");
  if (result.differs.length > 0) {
    deps.log.warn(
      { market, differs: result.differs },
      `the environment differs from market ${market}, whose own settings rule: ${result.differs.join("; ")}`,
    );
  }
  return result;
};
