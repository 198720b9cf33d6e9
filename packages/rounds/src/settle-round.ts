import { type By, DomainError } from "@closebell/context";
import { approved, isSandbox, recordAudit, transact, type Work } from "@closebell/database";
import { settleByPrices, settle } from "./settle-due-rounds.ts";
import type { OracleDeps } from "./ask-source.ts";
import { getRound } from "./get-round.ts";
import { conflict, findRoundRow, type OperateInput } from "./operate-round.ts";
import type { SettlementProgress } from "./settlement-progress.ts";
import type { RoundRow } from "./schema.ts";
import type { Outcome, Round } from "./types.ts";

/** A result by hand, or AUTO: ask the round's sources now. */
export type SettleResult = Outcome | "AUTO";

interface SettleRound extends OperateInput {
  readonly result: SettleResult;
  readonly onProgress?: SettlementProgress;
}

const ACTION = "round.settle";

const notClosed = (row: RoundRow, what: string, from: Temporal.Instant): DomainError =>
  new DomainError(
    "ROUND_NOT_CLOSED",
    `Round ${row.code} of ${row.market} can't be settled ${what} before ${from.toString()}. Wait for it, or VOID the round.`,
  );

/** @throws DomainError ROUND_NOT_CLOSED, ROUND_STATE_CONFLICT */
const check = async (
  deps: OracleDeps,
  row: RoundRow,
  result: SettleResult,
  now: Temporal.Instant,
): Promise<void> => {
  if (["SETTLING", "SETTLED", "VOID"].includes(row.state)) {
    throw conflict(row, "Its outcome is fixed and never changes.");
  }
  if (result === "VOID") return;
  const early = (from: Temporal.Instant) => Temporal.Instant.compare(now, from) < 0;
  if (row.state !== "LOCKED") {
    const how = early(row.lockAt)
      ? "Lock it first: `bun run admin lock-round`."
      : "Its lock has passed, and no scheduler has seen to it: `bun run admin advance` does what is due.";
    throw conflict(row, how);
  }
  if (result === "AUTO" && early(row.settlesFrom)) {
    throw notClosed(row, "by its sources", row.settlesFrom);
  }
  if (result !== "AUTO" && early(row.closeAt) && !(await isSandbox(deps.database))) {
    throw notClosed(row, "by hand", row.closeAt);
  }
};

const audit = (work: Work, row: RoundRow, by: By, after: object): Promise<void> =>
  recordAudit(work, {
    by,
    action: ACTION,
    subject: `${row.market}/${row.code}`,
    before: { state: row.state, heldReason: row.heldReason },
    after,
  });

const settleByHand = (
  deps: OracleDeps,
  input: SettleRound & { readonly result: Outcome },
  row: RoundRow,
): Promise<void> => {
  const { by, result, onProgress } = input;
  const { market, code } = row;
  return settle(deps, {
    by,
    roundId: row.id,
    basis:
      result === "VOID" ? { kind: "void", reason: "OPERATOR" } : { kind: "side", side: result },
    consent: async (work) => {
      const subject = `${market}/${code}`;
      const approval = await approved(work, {
        by,
        action: ACTION,
        subject,
        content: { market, code, result },
      });
      await audit(work, row, by, { result, approval });
      return approval;
    },
    ...(onProgress === undefined ? {} : { onProgress }),
  });
};

/**
 * Settles a locked round by hand, or voids any round whose outcome is not fixed, both of which take two people; or asks
 * the sources now (AUTO). The rules still hold: UP or DOWN with nobody on that side is VOID.
 * @throws DomainError ROUND_NOT_FOUND, ROUND_STATE_CONFLICT, ROUND_NOT_CLOSED, APPROVAL_REQUIRED (by hand), PRICE_INVALID
 *   (AUTO: no valid price)
 */
export const settleRound = async (deps: OracleDeps, input: SettleRound): Promise<Round> => {
  const { by, result } = input;
  const row = await transact(deps, async (work) => {
    const found = await findRoundRow(work, input);
    await check(deps, found, result, await work.now());
    if (result === "AUTO") await audit(work, found, by, { result });
    return found;
  });
  if (result !== "AUTO") await settleByHand(deps, { ...input, result }, row);
  else if (!(await settleByPrices(deps, by, row, input.onProgress))) {
    throw new DomainError(
      "PRICE_INVALID",
      `No source gave a valid price for round ${row.code}. \`bun run admin rounds --code ${row.code}\` shows what they said.`,
    );
  }
  return getRound(deps, { market: row.market, code: row.code });
};
