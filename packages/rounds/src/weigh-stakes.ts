import type { Transaction } from "@closebell/database";
import { microUsdc, type MicroUsdc } from "@closebell/money";
import { sql } from "drizzle-orm";
import { decideOutcome, type Basis, type Decision } from "./decide-outcome.ts";
import type { RoundRow } from "./schema.ts";
import type { Side } from "./types.ts";

/** What a round's bets come to, and what follows from it. */
export interface Weighed {
  readonly pools: Readonly<Record<Side, MicroUsdc>>;
  readonly bets: Readonly<Record<Side, bigint>>;
  /** Stakes of bets that were taken at or after the true lock, refunded or not. */
  readonly late: bigint;
  readonly decision: Decision;
  /** Where the extra units end, if there are any. */
  readonly cut: { readonly remainder: string; readonly bet: string } | undefined;
}

interface SideRow extends Record<string, unknown> {
  readonly side: Side;
  readonly stake: bigint;
  readonly bets: bigint;
  readonly late: bigint;
}

const cutOf = async (
  tx: Pick<Transaction, "execute">,
  row: RoundRow,
  decision: Decision,
  pools: Weighed["pools"],
) => {
  const { outcome, distributable } = decision;
  if (outcome === "VOID" || distributable === 0n) return undefined;
  const [cut] = await tx.execute<{ remainder: string; bet: string }>(sql`
    select remainder::text, bet from rounds.cut(${row.id}::int, ${outcome}::rounds.side,
      ${row.lockAt}::timestamptz, ${pools[outcome]}::bigint, ${distributable}::bigint)`);
  return cut;
};

/** Adds up the stakes that count, from the bets themselves: those accepted before the true lock. Reads every bet. */
export const weighStakes = async (
  tx: Pick<Transaction, "execute">,
  row: RoundRow,
  basis: Basis,
): Promise<Weighed> => {
  const sides = await tx.execute<SideRow>(sql`
    select side::text as side,
      coalesce(sum(stake) filter (where accepted_at < ${row.lockAt}::timestamptz), 0)::bigint as stake,
      count(*) filter (where accepted_at < ${row.lockAt}::timestamptz) as bets,
      coalesce(sum(stake) filter (where accepted_at >= ${row.lockAt}::timestamptz), 0)::bigint as late
    from rounds.bet where round_id = ${row.id}::int group by side`);
  const of = (side: Side) => sides.find((found) => found.side === side);
  const pools = { UP: microUsdc(of("UP")?.stake ?? 0n), DOWN: microUsdc(of("DOWN")?.stake ?? 0n) };
  const decision = decideOutcome(basis, pools, row.feeBps);
  return {
    pools,
    bets: { UP: of("UP")?.bets ?? 0n, DOWN: of("DOWN")?.bets ?? 0n },
    late: sides.reduce((sum, { late }) => sum + late, 0n),
    decision,
    cut: await cutOf(tx, row, decision, pools),
  };
};
