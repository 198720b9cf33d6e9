import { DomainError, type By } from "@closebell/context";
import { recordAudit, transact, type Work } from "@closebell/database";
import { getPlayer } from "@closebell/identity";
import { HOUSE, userAccount } from "@closebell/ledger";
import type { MicroUsdc } from "@closebell/money";
import { and, eq } from "drizzle-orm";
import { checkedAmount, checkedName } from "./checks.ts";
import type { CustodyDeps } from "./custody-deps.ts";
import { postOne } from "./post-one.ts";
import { credits } from "./tables.ts";
import { KIND } from "./transfer-kinds.ts";

/** Play money given to a user out of `house/capital`. */
export interface Credit {
  readonly id: string;
  readonly userId: string;
  readonly amountMicroUsdc: MicroUsdc;
  readonly reason: string;
  readonly createdAt: Temporal.Instant;
}

/** Whom to give how much; `by.reason` stays on record. */
export interface CreditUser {
  readonly by: By;
  readonly userId: string;
  readonly amountMicroUsdc: MicroUsdc;
  /** The caller's own name for this credit, 1 to 200 printable characters; unique per user. */
  readonly idempotencyKey: string;
}

const creditColumns = {
  id: credits.id,
  userId: credits.userId,
  amountMicroUsdc: credits.amountMicroUsdc,
  reason: credits.reason,
  createdAt: credits.createdAt,
};

const replayOf = async (work: Work, input: Omit<CreditUser, "by">): Promise<Credit> => {
  const [first] = await work.tx
    .select(creditColumns)
    .from(credits)
    .where(and(eq(credits.userId, input.userId), eq(credits.idempotencyKey, input.idempotencyKey)));
  if (first?.amountMicroUsdc === input.amountMicroUsdc) return first;
  throw new DomainError(
    "IDEMPOTENCY_KEY_REUSED",
    "This idempotency key belongs to a credit of another amount. Use a new key for a new credit.",
  );
};

/**
 * Money out of nothing is for simulated chains alone.
 * @throws DomainError SANDBOX_ONLY where one is real
 */
export const refusePlayMoney = (chains: CustodyDeps["chains"]): void => {
  const real = chains.find((chain) => !chain.simulated);
  if (real === undefined) return;
  throw new DomainError(
    "SANDBOX_ONLY",
    `Credits without a deposit are for simulated chains, and ${real.name} is a real one. Deposit instead.`,
  );
};

/**
 * Credits a user with money that nobody paid in. Only while every chain is simulated: no real payment may ever be made
 * out of it.
 * @throws DomainError SANDBOX_ONLY, USER_NOT_FOUND, AMOUNT_INVALID, VALIDATION_FAILED, IDEMPOTENCY_KEY_REUSED
 */
export const creditUser = async (
  deps: CustodyDeps,
  input: CreditUser,
): Promise<{ readonly credit: Credit; readonly replayed: boolean }> => {
  refusePlayMoney(deps.chains);
  checkedAmount(input.amountMicroUsdc);
  checkedName("idempotencyKey", input.idempotencyKey);
  const { id: userId } = await getPlayer(deps, input);
  const { by, ...request } = { ...input, userId };
  return transact(deps, async (work) => {
    const reason = by.reason ?? "";
    const createdAt = await work.now();
    const row = { ...request, id: deps.ids.uuid(), actor: by.actor.id, reason, createdAt };
    const [credit] = await work.tx
      .insert(credits)
      .values(row)
      .onConflictDoNothing({ target: [credits.userId, credits.idempotencyKey] })
      .returning(creditColumns);
    if (credit === undefined) return { credit: await replayOf(work, request), replayed: true };
    await postOne(work, {
      by,
      kind: KIND.credit,
      recordedAt: createdAt,
      transfer: {
        ref: credit.id,
        debit: HOUSE.capital,
        credit: userAccount(userId, "available"),
        amount: credit.amountMicroUsdc,
      },
    });
    const after = { id: credit.id, amountMicroUsdc: credit.amountMicroUsdc };
    await recordAudit(work, { by, action: "user.credit", subject: `user/${userId}`, after });
    return { credit, replayed: false };
  });
};
