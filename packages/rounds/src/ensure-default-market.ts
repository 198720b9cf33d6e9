import type { By } from "@closebell/context";
import { recordAudit, transact, type Deps } from "@closebell/database";
import { market } from "./schema.ts";
import type { Market } from "./types.ts";

/** What the first market is made of; afterwards its row rules. */
export type MarketSettings = Omit<Market, "number" | "rulesVersion" | "createdAt">;

const shown = (value: unknown): string => String(value) || "none";

const differencesOf = (row: Market, settings: MarketSettings): readonly string[] =>
  Object.entries(settings).flatMap(([name, wanted]) => {
    const has = Object.entries(row).find(([key]) => key === name)?.[1];
    return String(has) === String(wanted) ? [] : [`${name} is ${shown(has)}, not ${shown(wanted)}`];
  });

/**
 * Creates the default market, if there is no market at all.
 * @returns how the stored market of that code differs from the settings, in words: the row rules
 */
export const ensureDefaultMarket = (
  deps: Deps,
  input: { readonly by: By; readonly settings: MarketSettings },
): Promise<{ readonly created: boolean; readonly differs: readonly string[] }> =>
  transact(deps, async (work) => {
    const markets = await work.tx.select().from(market);
    const stored = markets.find((row) => row.code === input.settings.code);
    if (stored !== undefined) {
      return { created: false, differs: differencesOf(stored, input.settings) };
    }
    if (markets.length > 0) {
      return { created: false, differs: [`there is no market ${input.settings.code}`] };
    }
    const inserted = await work.tx
      .insert(market)
      .values({
        ...input.settings,
        sources: [...input.settings.sources],
        auditSources: [...input.settings.auditSources],
        number: 1,
        rulesVersion: 1,
        createdAt: await work.now(),
      })
      .onConflictDoNothing()
      .returning({ code: market.code });
    if (inserted.length === 0) return { created: false, differs: [] };
    await recordAudit(work, {
      by: input.by,
      action: "market.create",
      subject: input.settings.code,
      after: input.settings,
    });
    return { created: true, differs: [] };
  });
