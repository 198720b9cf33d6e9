import { DomainError, nameUuid, type By } from "@closebell/context";
import { transact, type Deps, type Work } from "@closebell/database";
import { HOUSE, balancesOf, postTransfers, type NewTransfer } from "@closebell/ledger";
import type { MicroUsdc } from "@closebell/money";
import { eq, sql } from "drizzle-orm";
import { KIND, roundAccounts } from "./accounts.ts";
import type { Basis, Decision } from "./decide-outcome.ts";
import { checkSeen, type Seen } from "./check-seen.ts";
import { refundPastPost } from "./refund-past-post.ts";
import { round, type RoundRow } from "./schema.ts";
import type { Side } from "./types.ts";
import { weighStakes, type Weighed } from "./weigh-stakes.ts";
import { takeFence } from "./write-state.ts";

/** On what a round is settled: prices and their evidence where there are any. */
export interface SettlingInput {
  readonly by: By;
  readonly roundId: number;
  readonly basis: Basis;
  /** By its sources: the round as it was when they were asked. */
  readonly seen?: Seen;
  readonly previousClose?: string;
  readonly close?: string;
  readonly priceSource?: string;
  readonly evidence?: readonly object[];
  /** By hand: uses up a second person's approval in the unit of work that fixes the outcome, and returns its id. */
  readonly consent?: (work: Work) => Promise<string>;
}

/** Bets a chunk holds: accounts are locked at the end of a chunk only, for some 20 ms on a small machine. */
const CHUNK_SIZE = 10_000;
/** Weighing reads every bet of the round some four times; it holds nothing that others wait for. */
const WEIGHING_TIMEOUT_MS = 600_000;
/** Class of the advisory locks by round id that let one process at a time fix an outcome. */
const ENTERING = 20_502;

const movesOf = async (work: Work, row: RoundRow) => {
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
  const sumOf = (codes: readonly string[]) =>
    codes.reduce((sum, code) => sum + (balances.get(code) ?? 0n), 0n);
  return { pool, held: { UP: sumOf(accounts.up), DOWN: sumOf(accounts.down) } };
};

type Pools = Readonly<Record<Side, bigint>>;

/** Whether the pools hold what the bets come to: on each side, unless every stake goes back whichever side it is on. */
const holdsStakes = (held: Pools, staked: Pools, { kind }: Basis): boolean =>
  held.UP + held.DOWN === staked.UP + staked.DOWN && (kind === "void" || held.UP === staked.UP);

const shown = ({ UP, DOWN }: Pools): string => `${UP} on UP and ${DOWN} on DOWN`;

const chargeOf = (row: RoundRow, fee: MicroUsdc): NewTransfer[] => {
  const { settlement } = roundAccounts(row.accounts);
  return fee > 0n
    ? [{ ref: nameUuid(settlement), debit: settlement, credit: HOUSE.fees, amount: fee }]
    : [];
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

/** Undoes the unit of work: some bets past the true lock have to be refunded first. */
class LateBets extends Error {}

const readRow = async (work: Work, input: SettlingInput, lock: boolean): Promise<RoundRow> => {
  const query = work.tx.select().from(round).where(eq(round.id, input.roundId));
  const [row] = await (lock ? query.for("no key update") : query);
  if (row === undefined) throw new DomainError("ROUND_NOT_FOUND", "There is no such round.");
  checkState(row, input.basis);
  if (input.seen !== undefined) await checkSeen(work, row, input.seen);
  return row;
};

const planChunks = async (work: Work, row: RoundRow): Promise<number> => {
  const [plan] = await work.tx.execute<{ chunks: number }>(
    sql`select rounds.plan_chunks(${row.id}::int, ${CHUNK_SIZE}::int) as chunks`,
  );
  if (plan === undefined) throw new Error("planning chunks returned no row");
  return plan.chunks;
};

interface Weighing {
  readonly row: RoundRow;
  readonly weighed: Weighed;
  readonly pool: readonly NewTransfer[];
  readonly chunks: number;
}

/**
 * Reads every bet before it takes the fence and the round's row, which are then held for a moment only. What changed
 * meanwhile (a round that is still open, a lock that moved) is read again behind them.
 * @throws LateBets, DomainError INTERNAL (the pools do not equal the stakes)
 */
const weigh = async (work: Work, input: SettlingInput): Promise<Weighing> => {
  await work.tx.execute(sql`select pg_advisory_xact_lock(${ENTERING}::int, ${input.roundId}::int)`);
  const seen = await readRow(work, input, false);
  await work.tx.execute(
    sql`select set_config('statement_timeout', ${String(WEIGHING_TIMEOUT_MS)}, true)`,
  );
  const first = await weighStakes(work.tx, seen, input.basis);
  const chunks = await planChunks(work, seen);
  await takeFence(work, input.roundId);
  const row = await readRow(work, input, true);
  const { pool, held } = await movesOf(work, row);
  const stands = row.lockAt.equals(seen.lockAt) && holdsStakes(held, first.pools, input.basis);
  const weighed = stands ? first : await weighStakes(work.tx, row, input.basis);
  if (holdsStakes(held, weighed.pools, input.basis)) return { row, weighed, pool, chunks };
  if (weighed.late > 0n) throw new LateBets();
  throw new DomainError(
    "INTERNAL",
    `Round ${row.accounts} holds ${shown(held)}, but its stakes are ${shown(weighed.pools)}. Run \`bun run admin audit\`.`,
  );
};

const enter = (deps: Deps, input: SettlingInput): Promise<Decision> =>
  transact(deps, async (work) => {
    const outcomeApproval = (await input.consent?.(work)) ?? null;
    const { row, weighed, pool, chunks } = await weigh(work, input);
    const { decision, pools, bets, cut } = weighed;
    const post = { by: input.by, period: row.period };
    await postTransfers(work, { ...post, kind: KIND.pool, transfers: pool });
    const charge = chargeOf(row, decision.fee);
    await postTransfers(work, { ...post, kind: KIND.fee, transfers: charge });
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
        priceSource: input.priceSource ?? null,
        evidence: input.evidence ?? null,
        cutRemainder: cut?.remainder ?? null,
        cutBet: cut?.bet ?? null,
        chunks,
        settlingAt: sql`clock.now()`,
        heldReason: null,
        outcomeApproval,
      })
      .where(eq(round.id, row.id));
    work.emit({ type: "round.state", market: row.market, round: row.code, state: "SETTLING" });
    return decision;
  });

/**
 * Fixes a round's outcome: first bets past the true lock are refunded, if there are any; then, in one transaction,
 * decision, prices, evidence, pools, cut and chunks are stored, every stripe moves to the settlement account, and the fee
 * to the house.
 * @throws DomainError ROUND_STATE_CONFLICT, INTERNAL (the pools do not equal the stakes: nothing moves)
 */
export const enterSettling = async (deps: Deps, input: SettlingInput): Promise<Decision> => {
  try {
    return await enter(deps, input);
  } catch (error) {
    if (!(error instanceof LateBets)) throw error;
  }
  await refundPastPost(deps, input);
  try {
    return await enter(deps, input);
  } catch (error) {
    if (!(error instanceof LateBets)) throw error;
    throw new DomainError(
      "INTERNAL",
      `Round ${input.roundId} holds other than its stakes though its late bets were refunded. Run \`bun run admin audit\`.`,
      { cause: error },
    );
  }
};
