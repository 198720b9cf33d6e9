import { isUuid } from "@closebell/context";
import { reachable, type Deps } from "@closebell/database";
import { asc, eq } from "drizzle-orm";
import { withdrawalEvents } from "./tables.ts";
import { withdrawalNotFound } from "./withdrawal-to-decide.ts";
import type { WithdrawalState } from "./withdrawal-state.ts";
import { withdrawalById, type Withdrawal } from "./withdrawal.ts";

/** One line of a withdrawal's history. */
export interface WithdrawalEvent {
  /** From 1, without gaps. */
  readonly n: number;
  readonly state: WithdrawalState;
  readonly at: Temporal.Instant;
  /** Id of who did it. */
  readonly actor: string;
  readonly detail: string;
}

/**
 * One withdrawal as it stands now.
 * @throws DomainError WITHDRAWAL_NOT_FOUND
 */
export const getWithdrawal = async (
  deps: Pick<Deps, "database">,
  input: { readonly withdrawalId: string },
): Promise<Withdrawal> => {
  const { database } = deps;
  const { withdrawalId } = input;
  const withdrawal = isUuid(withdrawalId)
    ? await reachable(database.url, () => withdrawalById(database.orm, withdrawalId))
    : undefined;
  if (withdrawal === undefined) throw withdrawalNotFound(withdrawalId);
  return withdrawal;
};

/**
 * What happened to a withdrawal, in order.
 * @throws DomainError WITHDRAWAL_NOT_FOUND
 */
export const withdrawalHistory = async (
  deps: Pick<Deps, "database">,
  input: { readonly withdrawalId: string },
): Promise<readonly WithdrawalEvent[]> => {
  const { database } = deps;
  const { id } = await getWithdrawal(deps, input);
  return reachable(database.url, () =>
    database.orm
      .select({
        n: withdrawalEvents.n,
        state: withdrawalEvents.state,
        at: withdrawalEvents.at,
        actor: withdrawalEvents.actor,
        detail: withdrawalEvents.detail,
      })
      .from(withdrawalEvents)
      .where(eq(withdrawalEvents.withdrawal, id))
      .orderBy(asc(withdrawalEvents.n)),
  );
};
