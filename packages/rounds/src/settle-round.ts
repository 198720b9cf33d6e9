import { DomainError } from "@closebell/context";
import { isSandbox, recordAudit, transact } from "@closebell/database";
import { settleByPrices, settle } from "./settle-due-rounds.ts";
import type { OracleDeps } from "./ask-source.ts";
import { getRound } from "./get-round.ts";
import { conflict, findRoundRow, type OperateInput } from "./operate-round.ts";
import type { SettlementProgress } from "./settlement-progress.ts";
import type { RoundRow } from "./schema.ts";
import type { Outcome, Round } from "./types.ts";

/** A result by hand, or AUTO: ask the round's sources now. */
export type SettleResult = Outcome | "AUTO";

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
  if (row.state !== "LOCKED") throw conflict(row, "Lock it first: `bun run admin lock-round`.");
  const early = (from: Temporal.Instant) => Temporal.Instant.compare(now, from) < 0;
  if (result === "AUTO" && early(row.settlesFrom)) {
    throw notClosed(row, "by its sources", row.settlesFrom);
  }
  if (result !== "AUTO" && early(row.closeAt) && !(await isSandbox(deps.database))) {
    throw notClosed(row, "by hand", row.closeAt);
  }
};

/**
 * Settles a locked round by hand, or voids any round whose outcome is not fixed, or asks the sources now (AUTO).
 * The rules still hold: UP or DOWN with nobody on that side is VOID.
 * @throws DomainError ROUND_NOT_FOUND, ROUND_STATE_CONFLICT, ROUND_NOT_CLOSED, PRICE_INVALID (AUTO: no valid price)
 */
export const settleRound = async (
  deps: OracleDeps,
  input: OperateInput & {
    readonly result: SettleResult;
    readonly onProgress?: SettlementProgress;
  },
): Promise<Round> => {
  const { by, result } = input;
  const progress = input.onProgress === undefined ? {} : { onProgress: input.onProgress };
  const row = await transact(deps, async (work) => {
    const found = await findRoundRow(work, input);
    await check(deps, found, result, await work.now());
    await recordAudit(work, {
      by,
      action: "round.settle",
      subject: `${found.market}/${found.code}`,
      before: { state: found.state, heldReason: found.heldReason },
      after: { result },
    });
    return found;
  });
  if (result === "AUTO") {
    if (!(await settleByPrices(deps, by, row, input.onProgress))) {
      throw new DomainError(
        "PRICE_INVALID",
        `No source gave a valid price for round ${row.code}. \`bun run admin rounds --code ${row.code}\` shows what they said.`,
      );
    }
  } else {
    const basis =
      result === "VOID"
        ? ({ kind: "void", reason: "OPERATOR" } as const)
        : ({ kind: "side", side: result } as const);
    await settle(deps, { by, roundId: row.id, basis, ...progress });
  }
  return getRound(deps, { market: row.market, code: row.code });
};
