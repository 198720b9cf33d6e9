import { DomainError, type By } from "@closebell/context";
import { transact, type Work } from "@closebell/database";
import { getPlayer } from "@closebell/identity";
import { periodOf, userAccount } from "@closebell/ledger";
import type { MicroUsdc } from "@closebell/money";
import { admitDeposit, countDeposit, isSuspended, unlessAccountBusy } from "@closebell/protection";
import { and, eq } from "drizzle-orm";
import { checkedAmount, checkedName } from "./checks.ts";
import type { CustodyDeps } from "./custody-deps.ts";
import { postOne } from "./post-one.ts";
import { heldUses } from "./tables.ts";
import { KIND } from "./transfer-kinds.ts";

/** Held money that its user took into play. */
export interface HeldUse {
  readonly id: string;
  readonly userId: string;
  readonly amountMicroUsdc: MicroUsdc;
  readonly createdAt: Temporal.Instant;
}

export interface UseHeld {
  readonly by: By;
  readonly userId: string;
  readonly amountMicroUsdc: MicroUsdc;
  /** The user's own name for this request, 1 to 200 printable characters; sent again, it moves nothing again. */
  readonly idempotencyKey: string;
}

const useColumns = {
  id: heldUses.id,
  userId: heldUses.userId,
  amountMicroUsdc: heldUses.amountMicroUsdc,
  createdAt: heldUses.createdAt,
};

const replayOf = async (work: Work, input: Omit<UseHeld, "by">): Promise<HeldUse> => {
  const [first] = await work.tx
    .select(useColumns)
    .from(heldUses)
    .where(
      and(eq(heldUses.userId, input.userId), eq(heldUses.idempotencyKey, input.idempotencyKey)),
    );
  if (first?.amountMicroUsdc === input.amountMicroUsdc) return first;
  throw new DomainError(
    "IDEMPOTENCY_KEY_REUSED",
    "This idempotency key belongs to a request for another amount. Use a new key for a new one.",
  );
};

const refused = async (work: Work, userId: string): Promise<DomainError> =>
  (await isSuspended(work, userId))
    ? new DomainError(
        "PLAY_SUSPENDED",
        "While play is suspended, held money can only be withdrawn.",
      )
    : new DomainError(
        "PROTECTION_LIMIT_EXCEEDED",
        "With this amount you would exceed a deposit limit that you have set. Ask for less, or wait for the next period.",
      );

/**
 * Takes held money into play, as a deposit made now: within the limits in force, and not while play is suspended.
 * @throws DomainError USER_NOT_FOUND, AMOUNT_INVALID, VALIDATION_FAILED, PLAY_SUSPENDED, PROTECTION_LIMIT_EXCEEDED,
 *   INSUFFICIENT_FUNDS, IDEMPOTENCY_KEY_REUSED, OVERLOADED
 */
export const useHeld = async (
  deps: CustodyDeps,
  input: UseHeld,
): Promise<{ readonly use: HeldUse; readonly replayed: boolean }> => {
  checkedAmount(input.amountMicroUsdc);
  checkedName("idempotencyKey", input.idempotencyKey);
  const { id: userId } = await getPlayer(deps, input);
  const { by, ...request } = { ...input, userId };
  return unlessAccountBusy(() =>
    transact(deps, async (work) => {
      const row = { ...request, id: deps.ids.uuid(), createdAt: await work.now() };
      const [use] = await work.tx
        .insert(heldUses)
        .values(row)
        .onConflictDoNothing({ target: [heldUses.userId, heldUses.idempotencyKey] })
        .returning(useColumns);
      if (use === undefined) return { use: await replayOf(work, request), replayed: true };
      if (!(await admitDeposit(work, use))) throw await refused(work, userId);
      const { id: ref, createdAt: recordedAt, amountMicroUsdc: amount } = use;
      const debit = userAccount(userId, "held");
      const credit = userAccount(userId, "available");
      const kind = KIND.heldUse;
      await postOne(work, { by, kind, recordedAt, transfer: { ref, debit, credit, amount } });
      await countDeposit(work, { userId, period: periodOf(recordedAt), kind, ref });
      return { use, replayed: false };
    }),
  );
};
