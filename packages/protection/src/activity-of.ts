import { instants, reachable, type Deps } from "@closebell/database";
import { getPlayer } from "@closebell/identity";
import { sql } from "drizzle-orm";

export const ACTIVITY_SPANS = ["day", "week", "month", "sixMonths", "lifetime"] as const;
export type ActivitySpan = (typeof ACTIVITY_SPANS)[number];

/** What went through a player's account since then, in micro-USDC: more, perhaps, than there is. Play money counts nowhere. */
export interface Activity {
  /** Null: since there is the account. */
  readonly since: Temporal.Instant | null;
  /** What he paid in, held or not. */
  readonly deposited: bigint;
  /** What was paid out to him. */
  readonly withdrawn: bigint;
  /** Deposited less withdrawn. */
  readonly netDeposits: bigint;
  readonly staked: bigint;
  /** Payouts and refunds. */
  readonly returned: bigint;
}

interface ActivityRow extends Record<string, unknown> {
  readonly deposited: string;
  readonly withdrawn: string;
  readonly staked: string;
  readonly returned: string;
}

const BEGINNING = Temporal.Instant.from("0001-01-01T00:00:00Z");

const startsAt = (now: Temporal.Instant): Readonly<Record<ActivitySpan, Temporal.Instant>> => {
  const today = now.toZonedDateTimeISO("UTC").startOfDay();
  return {
    day: today.toInstant(),
    week: today.subtract({ days: today.dayOfWeek - 1 }).toInstant(),
    month: today.with({ day: 1 }).toInstant(),
    sixMonths: today.subtract({ months: 6 }).toInstant(),
    lifetime: BEGINNING,
  };
};

const asActivity = (since: Temporal.Instant, row: ActivityRow): Activity => {
  const [deposited, withdrawn] = [BigInt(row.deposited), BigInt(row.withdrawn)];
  return {
    since: since.equals(BEGINNING) ? null : since,
    deposited,
    withdrawn,
    netDeposits: deposited - withdrawn,
    staked: BigInt(row.staked),
    returned: BigInt(row.returned),
  };
};

/**
 * What a player paid in, took out, staked and got back: today, this week and this month (UTC), in the last six months (MGA
 * Player Protection Directive as amended in 2023), and ever, with lifetime net deposits (UKGC RTS 1: account history
 * without asking anybody). Read from the books.
 * @throws DomainError USER_NOT_FOUND
 */
export const activityOf = async (
  deps: Pick<Deps, "database">,
  input: { readonly userId: string },
): Promise<Readonly<Record<ActivitySpan, Activity>>> => {
  const { id } = await getPlayer(deps, input);
  const { orm, url } = deps.database;
  return reachable(url, async () => {
    const [clock] = await orm.execute<{ now: Temporal.Instant }>(sql`select clock.now() as now`);
    if (clock === undefined) throw new Error("the clock says nothing");
    const starts = startsAt(clock.now);
    const since = ACTIVITY_SPANS.map((span) => starts[span]);
    const rows = await orm.execute<ActivityRow>(sql`
      select a.deposited::text, a.withdrawn::text, a.staked::text, a.returned::text
      from protection.activity(${id}::uuid, ${instants(since)}) a order by a.n`);
    const [day, week, month, sixMonths, lifetime] = rows.map((row, n) =>
      asActivity(since[n] ?? BEGINNING, row),
    );
    if (!day || !week || !month || !sixMonths || !lifetime)
      throw new Error("protection.activity left a span out");
    return { day, week, month, sixMonths, lifetime };
  });
};
