import { DomainError, type By } from "@closebell/context";
import { recordAudit, transact } from "@closebell/database";
import { eq, sql } from "drizzle-orm";
import type { OracleDeps } from "./ask-source.ts";
import { findMarket } from "./markets.ts";
import { market } from "./schema.ts";
import { SOURCE_ENTRY, parseSource } from "./source-entry.ts";
import type { Market, SourceRule } from "./types.ts";

/** Which sources a market asks and how their answers become a price; what is left out stays as it is. */
export interface MarketSources {
  /** `name` or `name:SYMBOL`, in order, each name once. */
  readonly sources?: readonly string[] | undefined;
  readonly sourceRule?: SourceRule | undefined;
  /** From 0 to 1000. */
  readonly toleranceBps?: number | undefined;
  /** The same form; only asked again once a round is settled. */
  readonly auditSources?: readonly string[] | undefined;
}

const MAX_TOLERANCE_BPS = 1_000;
const MAX_SOURCES = 10;

const refuse = (field: string, detail: string): DomainError => {
  return new DomainError("VALIDATION_FAILED", detail, {
    errors: [{ pointer: `/${field}`, detail }],
  });
};

const checkEntries = (
  { oracles }: Pick<OracleDeps, "oracles">,
  field: "sources" | "auditSources",
  entries: readonly string[],
): void => {
  if (entries.length > MAX_SOURCES) {
    throw refuse(field, `A market has at most ${MAX_SOURCES} sources.`);
  }
  const odd = entries.find((entry) => !SOURCE_ENTRY.test(entry));
  if (odd !== undefined) {
    throw refuse(field, `${odd} is no source: write its name, or name:SYMBOL.`);
  }
  const names = entries.map((entry) => parseSource(entry).name);
  const twice = names.find((name, n) => names.indexOf(name) !== n);
  if (twice !== undefined) throw refuse(field, `${twice} is listed twice.`);
  const unknown = names.find((name) => oracles[name] === undefined);
  if (unknown !== undefined) {
    throw refuse(
      field,
      `No oracle called ${unknown} is configured here. Configured: ${Object.keys(oracles).join(", ")}.`,
    );
  }
  const late = names.find((name) => oracles[name]?.auditOnly === true);
  if (field === "sources" && late !== undefined) {
    throw refuse(field, `${late} answers too late to settle on. List it among the audit sources.`);
  }
};

const check = (deps: OracleDeps, input: MarketSources): void => {
  const { sources, auditSources, toleranceBps = 0 } = input;
  if (sources?.length === 0) throw refuse("sources", "A market needs a source.");
  checkEntries(deps, "sources", sources ?? []);
  checkEntries(deps, "auditSources", auditSources ?? []);
  if (!Number.isInteger(toleranceBps) || toleranceBps < 0 || toleranceBps > MAX_TOLERANCE_BPS) {
    throw refuse(
      "toleranceBps",
      `The tolerance is a whole number of basis points from 0 to ${MAX_TOLERANCE_BPS}.`,
    );
  }
};

const excerpt = ({ sources, sourceRule, toleranceBps, auditSources, rulesVersion }: Market) => ({
  sources,
  sourceRule,
  toleranceBps,
  auditSources,
  rulesVersion,
});

/**
 * Changes which sources a market asks, and how. Rounds that are scheduled already keep the rules they were scheduled
 * with; audit sources count at once.
 * @throws DomainError MARKET_NOT_FOUND, VALIDATION_FAILED (a source that is odd, twice, not configured, or too late)
 */
export const setMarketSources = (
  deps: OracleDeps,
  input: MarketSources & { readonly by: By; readonly market?: string | undefined },
): Promise<Market> => {
  check(deps, input);
  return transact(deps, async (work) => {
    const before = await findMarket(work.tx, input.market);
    await work.tx
      .update(market)
      .set({
        ...(input.sources === undefined ? {} : { sources: [...input.sources] }),
        ...(input.sourceRule === undefined ? {} : { sourceRule: input.sourceRule }),
        ...(input.toleranceBps === undefined ? {} : { toleranceBps: input.toleranceBps }),
        ...(input.auditSources === undefined ? {} : { auditSources: [...input.auditSources] }),
        rulesVersion: sql`${market.rulesVersion} + 1`,
      })
      .where(eq(market.code, before.code));
    const after = await findMarket(work.tx, before.code);
    await recordAudit(work, {
      by: input.by,
      action: "market.set-sources",
      subject: before.code,
      before: excerpt(before),
      after: excerpt(after),
    });
    return after;
  });
};
