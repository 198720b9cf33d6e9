import { DomainError, type By } from "@closebell/context";
import { recordAudit, transact, type Deps, type Executor } from "@closebell/database";
import { getPlayer } from "@closebell/identity";
import { sql } from "drizzle-orm";
import { unlessAccountBusy } from "./unless-account-busy.ts";

/**
 * Why a user's bets are refused: he took a time-out, excluded himself, was blocked by staff, or did not pass the screening.
 * Withdrawals stay possible (MGA Player Protection Directive, art. 11; not where sanctions forbid them).
 */
export type RestrictionKind = "time-out" | "self-exclusion" | "block" | "screening";

/** A restriction in force. */
export interface Restriction {
  readonly kind: RestrictionKind;
  readonly since: Temporal.Instant;
  /** When its term ends. Null: for good, or until it is lifted. */
  readonly until: Temporal.Instant | null;
  /**
   * When it is over. Null: that depends; of a self-exclusion, whatever its term, on when the player asks to play again
   * (`returnToPlay`).
   */
  readonly overAt: Temporal.Instant | null;
}

/** The restrictions in force by `clock.now()`, the first first. */
export const restrictionsOf = (on: Executor, userId: string): Promise<readonly Restriction[]> =>
  on.execute<Restriction & Record<string, unknown>>(sql`
    select r.kind, r.begins_at as since, r.ends_at as until, r.over_at as "overAt" from protection.restriction r
    where r.user_id = ${userId}::uuid and r.lifted_at is null
      and (r.over_at is null or r.over_at > clock.now())
    order by r.begins_at, r.id`);

interface Restrict {
  readonly by: By;
  readonly userId: string;
  readonly kind: RestrictionKind;
  /** How long, in UTC: `24 hours`, `6 months`. Null: for good, or until it is lifted. */
  readonly lasts: string | null;
  readonly reason?: string;
}

interface RestrictRow extends Record<string, unknown> {
  /** Null: nothing changed. */
  readonly since: Temporal.Instant | null;
  readonly until: Temporal.Instant | null;
}

/**
 * Refuses a player's bets from now on: a bet that is answered after this returns was refused or had been placed before.
 * False where one of the same kind stands that ends no earlier.
 */
export const restrict = async (deps: Deps, input: Restrict): Promise<boolean> => {
  const { by, kind, lasts, reason } = input;
  const { id } = await getPlayer(deps, input);
  return unlessAccountBusy(() =>
    transact(deps, async (work) => {
      const [row] = await work.tx.execute<RestrictRow>(sql`
        select r.since, r.until from protection.restrict(${deps.ids.uuid()}::uuid, ${id}::uuid, ${kind},
          ${lasts}::interval, ${reason ?? by.reason ?? ""}, ${by.actor.id}::uuid) r`);
      if (row === undefined || row.since === null) return false;
      await recordAudit(work, {
        by,
        action: `user.${kind}`,
        subject: `user/${id}`,
        after: { since: row.since, until: row.until },
      });
      return true;
    }),
  );
};

/** What stands can't be made shorter. */
export const restrictionStands = (kind: string): DomainError =>
  new DomainError(
    "RESTRICTION_STANDS",
    `A ${kind} stands that ends later, and can't be made shorter. Ask for one that lasts longer.`,
  );
