import type { By } from "@closebell/context";
import { recordAudit, transact, type Deps } from "@closebell/database";
import { getPlayer } from "@closebell/identity";
import type { MicroUsdc } from "@closebell/money";
import { sql } from "drizzle-orm";
import { unlessAccountBusy } from "./unless-account-busy.ts";
import {
  checkedLimit,
  limitsOf,
  type LimitKind,
  type LimitPeriod,
  type SpendingLimit,
} from "./spending-limit.ts";

export interface SetLimit {
  readonly by: By;
  readonly userId: string;
  readonly kind: LimitKind;
  readonly period: LimitPeriod;
  /** Zero or above; null for no limit. */
  readonly amount: MicroUsdc | null;
}

interface SetRow extends Record<string, unknown> {
  /** Null: nothing changed. */
  readonly since: Temporal.Instant | null;
  readonly before: bigint | null;
  readonly waits: boolean;
}

/**
 * Sets a player's limit. A tighter one counts at once, for what was paid in and staked earlier in the period as well. A
 * looser one, or none, waits until `confirmLimit`, 24 hours from now at the earliest (UKGC RTS 12D, MGA Player Protection
 * Directive). A limit set meanwhile takes its place. Bets and deposits that are under way are over before this returns.
 * Returns all of the player's limits.
 * @throws DomainError USER_NOT_FOUND, AMOUNT_INVALID, OVERLOADED (his account is busy: ask again)
 */
export const setLimit = async (deps: Deps, input: SetLimit): Promise<readonly SpendingLimit[]> => {
  const { by, kind, period } = input;
  const amount = checkedLimit(input.amount);
  const { id } = await getPlayer(deps, input);
  return unlessAccountBusy(() =>
    transact(deps, async (work) => {
      const [set] = await work.tx.execute<SetRow>(sql`
        select s.since, s.before, s.waits
        from protection.set_limit(${id}::uuid, ${kind}, ${period}, ${amount}::bigint, ${by.actor.id}::uuid) s`);
      const limits = await limitsOf(work.tx, id);
      if (set === undefined || set.since === null) return limits;
      await recordAudit(work, {
        by,
        action: "limit.set",
        subject: `user/${id}`,
        before: { kind, period, amountMicroUsdc: set.before },
        after: {
          kind,
          period,
          amountMicroUsdc: amount,
          [set.waits ? "confirmFrom" : "countsFrom"]: set.since,
        },
      });
      return limits;
    }),
  );
};
