import { DomainError, type By } from "@closebell/context";
import { recordAudit, transact, type Deps, type Work } from "@closebell/database";
import { and, eq } from "drizzle-orm";
import { findMarket } from "./markets.ts";
import { readRound } from "./round-views.ts";
import { round, type RoundRow } from "./schema.ts";
import type { Round } from "./types.ts";
import { takeFence } from "./write-state.ts";

/** Which round an operator means. */
export interface OperateInput {
  readonly by: By;
  readonly market?: string | undefined;
  readonly code: string;
}

/** @throws DomainError MARKET_NOT_FOUND, ROUND_NOT_FOUND */
export const findRoundRow = async (work: Work, input: OperateInput): Promise<RoundRow> => {
  const market = await findMarket(work.tx, input.market);
  const [row] = await work.tx
    .select()
    .from(round)
    .where(and(eq(round.market, market.code), eq(round.code, input.code)));
  if (row === undefined) {
    throw new DomainError(
      "ROUND_NOT_FOUND",
      `There is no round ${input.code} of ${market.code}. \`bun run admin rounds\` lists them.`,
    );
  }
  return row;
};

/** @throws DomainError ROUND_STATE_CONFLICT */
export const conflict = (row: RoundRow, needed: string): DomainError =>
  new DomainError(
    "ROUND_STATE_CONFLICT",
    `Round ${row.code} of ${row.market} is ${row.state}${row.outcome === null ? "" : ` (${row.outcome})`}. ${needed}`,
  );

const excerpt = (row: RoundRow) => ({
  state: row.state,
  paused: row.paused,
  heldReason: row.heldReason,
  opensAt: row.opensAt.toString(),
  lockAt: row.lockAt.toString(),
});

/**
 * Runs `change` on one round under its fence, and writes who did it and why to the audit log.
 * @returns the round as it then is
 */
export const operateRound = (
  deps: Deps,
  input: OperateInput,
  action: string,
  change: (work: Work, row: RoundRow) => Promise<void>,
): Promise<Round> =>
  transact(deps, async (work) => {
    const { id } = await findRoundRow(work, input);
    await takeFence(work, id);
    const before = await findRoundRow(work, input);
    await change(work, before);
    const after = await findRoundRow(work, input);
    await recordAudit(work, {
      by: input.by,
      action,
      subject: `${after.market}/${after.code}`,
      before: excerpt(before),
      after: excerpt(after),
    });
    work.emit({
      type: "round.state",
      market: after.market,
      round: after.code,
      state: after.state,
    });
    return readRound(work.tx, after.market, after.code);
  });
