import { DomainError, nameUuid, type By } from "@closebell/context";
import { transact, type Deps, type Work } from "@closebell/database";
import { HOUSE, balancesOf, postTransfers, type NewTransfer } from "@closebell/ledger";
import { microUsdc, type MicroUsdc } from "@closebell/money";
import { eq, sql } from "drizzle-orm";
import { KIND, roundAccounts } from "./accounts.ts";
import { decideOutcome, type Basis, type Decision } from "./decide-outcome.ts";
import { round, type RoundRow } from "./schema.ts";
import type { Side } from "./types.ts";
import { takeFence } from "./write-state.ts";

/** On what a round is settled: prices and their evidence where there are any. */
export interface SettlingInput {
  readonly by: By;
  readonly roundId: number;
  readonly basis: Basis;
  readonly previousClose?: string;
  readonly close?: string;
  readonly evidence?: readonly object[];
}

/** Bets a chunk holds: paid in about 20 ms on a small machine, so that no account stays locked for long. */
const CHUNK_SIZE = 500;

interface Stakes {
  readonly pools: Readonly<Record<Side, MicroUsdc>>;
  readonly bets: Readonly<Record<Side, bigint>>;
}

/** The stakes that count, from the bets themselves: those accepted before the true lock. */
const readStakes = async (work: Work, row: RoundRow): Promise<Stakes> => {
  const sides = await work.tx.execute<{ side: Side; stake: bigint; bets: bigint }>(sql`
    select side::text as side, sum(stake)::bigint as stake, count(*) as bets
    from rounds.bet where round_id = ${row.id}::int and accepted_at < ${row.lockAt}::timestamptz
    group by side`);
  const of = (side: Side) => sides.find((found) => found.side === side);
  return {
    pools: { UP: microUsdc(of("UP")?.stake ?? 0n), DOWN: microUsdc(of("DOWN")?.stake ?? 0n) },
    bets: { UP: of("UP")?.bets ?? 0n, DOWN: of("DOWN")?.bets ?? 0n },
  };
};

const movesOf = async (work: Work, row: RoundRow, fee: MicroUsdc) => {
  const accounts = roundAccounts(row.accounts);
  const balances = await balancesOf(work.tx, [...accounts.up, ...accounts.down]);
  const pool: NewTransfer[] = [...balances]
    .filter(([, balance]) => balance > 0n)
    .map(([code, amount]) => ({
      ref: nameUuid(code),
      debit: code,
      credit: accounts.settlement,
      amount,
    }));
  const total = pool.reduce((sum, { amount }) => sum + amount, 0n);
  const ref = nameUuid(accounts.settlement);
  const charge: NewTransfer[] =
    fee > 0n ? [{ ref, debit: accounts.settlement, credit: HOUSE.fees, amount: fee }] : [];
  return { pool, charge, total };
};

const cutOfRound = async (work: Work, row: RoundRow, decision: Decision, winning: MicroUsdc) => {
  if (decision.outcome === "VOID" || winning === 0n) return undefined;
  const [cut] = await work.tx.execute<{ remainder: string; bet: string }>(sql`
    select remainder::text, bet from rounds.cut(${row.id}::int, ${decision.outcome}::rounds.side,
      ${row.lockAt}::timestamptz, ${winning}::bigint, ${decision.distributable}::bigint)`);
  return cut;
};

/** @throws DomainError ROUND_STATE_CONFLICT unless a round in this state may enter SETTLING on this basis */
const checkState = (row: RoundRow, basis: Basis): void => {
  const early = row.state === "SCHEDULED" || row.state === "OPEN";
  if (row.state === "LOCKED" || (early && basis.kind === "void")) return;
  throw new DomainError(
    "ROUND_STATE_CONFLICT",
    `Round ${row.code} of ${row.market} is ${row.state}. Only a LOCKED round can be settled${
      early ? ": lock it first" : ""
    }.`,
  );
};

/**
 * Fixes a round's outcome in one transaction: decision, prices, evidence, pools and cut are stored, every stripe moves
 * to the settlement account, and the fee to the house. Bets past the true lock must have been refunded before.
 * @throws DomainError ROUND_STATE_CONFLICT, INTERNAL (the pools do not equal the stakes: nothing moves)
 */
export const enterSettling = (deps: Deps, input: SettlingInput): Promise<Decision> =>
  transact(deps, async (work) => {
    await takeFence(work, input.roundId);
    const [row] = await work.tx
      .select()
      .from(round)
      .where(eq(round.id, input.roundId))
      .for("update");
    if (row === undefined) throw new DomainError("ROUND_NOT_FOUND", "There is no such round.");
    checkState(row, input.basis);
    const { pools, bets } = await readStakes(work, row);
    const decision = decideOutcome(input.basis, pools, row.feeBps);
    const moves = await movesOf(work, row, decision.fee);
    if (moves.total !== pools.UP + pools.DOWN) {
      throw new DomainError(
        "INTERNAL",
        `Round ${row.accounts} holds ${moves.total} but its stakes are ${pools.UP + pools.DOWN}. Run \`bun run admin audit\`.`,
      );
    }
    const winning = decision.outcome === "VOID" ? microUsdc(0n) : pools[decision.outcome];
    const cut = await cutOfRound(work, row, decision, winning);
    const post = { by: input.by, period: row.period };
    await postTransfers(work, { ...post, kind: KIND.pool, transfers: moves.pool });
    await postTransfers(work, { ...post, kind: KIND.fee, transfers: moves.charge });
    await work.tx
      .update(round)
      .set({
        state: "SETTLING",
        outcome: decision.outcome,
        voidReason: decision.voidReason,
        fee: decision.fee,
        poolUp: pools.UP,
        poolDown: pools.DOWN,
        betsUp: bets.UP,
        betsDown: bets.DOWN,
        previousClose: input.previousClose ?? null,
        close: input.close ?? null,
        evidence: input.evidence ?? null,
        cutRemainder: cut?.remainder ?? null,
        cutBet: cut?.bet ?? null,
        chunkBounds: sql`rounds.chunk_bounds(${row.id}::int, ${CHUNK_SIZE}::int)`,
        settlingAt: sql`clock.now()`,
        heldReason: null,
      })
      .where(eq(round.id, row.id));
    work.emit({ type: "round.state", market: row.market, round: row.code, state: "SETTLING" });
    return decision;
  });
