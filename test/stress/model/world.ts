import { allocate, feeOf, microUsdc } from "../../../packages/money/src/index.ts";
import {
  type Answer,
  type Close,
  type Code,
  CODES,
  FUNDS,
  LEAST_STAKE,
  MOST_STAKE,
  type Operation,
  type Side,
  TIMES,
  USERS,
} from "./operations.ts";

/** What the service is believed to hold, written from the design and not from its code. Never changed, only replaced. */
export interface World {
  /** Place in MOMENTS. */
  readonly clock: number;
  readonly available: readonly bigint[];
  readonly rounds: Readonly<Record<Code, RoundModel>>;
  /** By `user/round/key`. */
  readonly bets: Readonly<Record<string, BetModel>>;
  /** By `user/key`. */
  readonly withdrawals: Readonly<Record<string, WithdrawalModel>>;
  /** By transaction. */
  readonly deposits: Readonly<Record<string, { readonly user: number; readonly amount: number }>>;
}

interface RoundModel {
  /** TAKING until it is locked, whatever the clock says: nobody needs to have noticed. */
  readonly state: "TAKING" | "LOCKED" | Side | "VOID";
  readonly paused: boolean;
  /** Once the outcome is fixed: what each user is still to be paid. */
  readonly owed: Readonly<Record<number, bigint>>;
}

interface BetModel {
  readonly id: string;
  readonly user: number;
  readonly round: Code;
  readonly side: Side;
  readonly stake: number;
}

interface WithdrawalModel {
  readonly user: number;
  readonly amount: number;
  readonly fails: boolean;
  /** The chain could not pay, and the money is back. */
  readonly returned: boolean;
}

/** Fee of the market in basis points. */
const FEE_BPS = 100;

const fresh = { state: "TAKING", paused: false, owed: {} } as const;

/** Every user has FUNDS, three rounds stand, nothing is bet. */
export const INITIAL: World = {
  clock: 0,
  available: Array.from({ length: USERS }, () => BigInt(FUNDS)),
  rounds: { "20261120": fresh, "20261123": fresh, "20261124": fresh },
  bets: {},
  withdrawals: {},
  deposits: {},
};

const pay = (world: World, user: number, amount: bigint): World => ({
  ...world,
  available: world.available.map((has, n) => (n === user ? has + amount : has)),
});

const withRound = (world: World, code: Code, change: Partial<RoundModel>): World => ({
  ...world,
  rounds: { ...world.rounds, [code]: { ...world.rounds[code], ...change } },
});

const has = (world: World, user: number): bigint => world.available[user] ?? 0n;

const sum = (stakes: readonly { readonly stake: number }[]): bigint =>
  stakes.reduce((total, { stake }) => total + BigInt(stake), 0n);

/** What each bet of a round is paid, by id, and the outcome the rules make of the one asked for. */
const payouts = (bets: readonly BetModel[], asked: Side | "VOID") => {
  const refunds = new Map(bets.map(({ id, stake }) => [id, BigInt(stake)]));
  if (asked === "VOID") return { outcome: "VOID", paid: refunds } as const;
  const winners = bets.filter(({ side }) => side === asked);
  const losing = sum(bets.filter(({ side }) => side !== asked));
  if (winners.length === 0 && bets.length > 0) return { outcome: "VOID", paid: refunds } as const;
  const shares = allocate({
    winningPool: microUsdc(sum(winners)),
    distributable: microUsdc(losing - feeOf(microUsdc(losing), FEE_BPS)),
    stakes: winners.map(({ id, stake }) => ({ id, stake: microUsdc(BigInt(stake)) })),
  });
  const paid = new Map(
    winners.map(({ id, stake }) => [id, BigInt(stake) + (shares.get(id) ?? 0n)]),
  );
  return { outcome: asked, paid } as const;
};

const betsOn = (world: World, code: Code): readonly BetModel[] =>
  Object.values(world.bets).filter(({ round }) => round === code);

/** Fixes the outcome: from here on every user's payout may come at any moment, once. */
const fixOutcome = (world: World, code: Code, asked: Side | "VOID"): World => {
  const bets = betsOn(world, code);
  const { outcome, paid } = payouts(bets, asked);
  const owed: Record<number, bigint> = {};
  for (const { id, user } of bets) {
    const amount = paid.get(id) ?? 0n;
    if (amount > 0n) owed[user] = (owed[user] ?? 0n) + amount;
  }
  return withRound(world, code, { state: outcome, owed });
};

const sideOf = (close: Close | undefined): Side => (close === "up" ? "UP" : "DOWN");

/** What a session closed like; the third has not closed by the last moment. */
const closeOf = (closes: readonly Close[], code: Code): Side => sideOf(closes[CODES.indexOf(code)]);

/**
 * What the service may do by itself in this world while somebody rings its bell (`advance`), settles a round, or looks
 * after the chain: each a world of its own.
 */
export const hiddenSteps = (
  world: World,
  closes: readonly Close[],
  busy: { readonly advancing: boolean; readonly settling: boolean; readonly chain: boolean },
): readonly World[] => {
  const next: World[] = [];
  for (const code of CODES) {
    const { state, owed } = world.rounds[code];
    const { locks, settles } = TIMES[code];
    if (busy.advancing && state === "TAKING" && world.clock >= locks) {
      next.push(withRound(world, code, { state: "LOCKED" }));
    }
    if (busy.advancing && state === "LOCKED" && world.clock >= settles) {
      next.push(fixOutcome(world, code, closeOf(closes, code)));
    }
    if (!busy.advancing && !busy.settling) continue;
    for (const [user, amount] of Object.entries(owed)) {
      const { [Number(user)]: _, ...left } = owed;
      next.push(pay(withRound(world, code, { owed: left }), Number(user), amount));
    }
  }
  if (!busy.chain) return next;
  for (const [name, withdrawal] of Object.entries(world.withdrawals)) {
    if (!withdrawal.fails || withdrawal.returned) continue;
    const withdrawals = { ...world.withdrawals, [name]: { ...withdrawal, returned: true } };
    next.push(pay({ ...world, withdrawals }, withdrawal.user, BigInt(withdrawal.amount)));
  }
  return next;
};

/** The rounds that were the open one at some moment from `since` to now, with the moments. */
const currents = (world: World, since: number): readonly Code[] =>
  CODES.filter((code) => TIMES[code].opens <= world.clock && since < TIMES[code].locks);

const before = (code: Code): Code | undefined => CODES[CODES.indexOf(code) - 1];

type BetOperation = Extract<Operation, { kind: "bet" }>;

/** Rounds in which a bet may find its key. The service remembers for a second which round was open, so an older one too. */
const keyed = (world: World, bet: BetOperation): readonly Code[] =>
  bet.round === undefined ? CODES.filter((code) => TIMES[code].opens <= world.clock) : [bet.round];

const found = (world: World, bet: BetOperation, code: Code): BetModel | undefined =>
  world.bets[`${bet.user}/${code}/${bet.key}`];

const stakedBy = (world: World, user: number, code: Code): bigint =>
  sum(betsOn(world, code).filter((bet) => bet.user === user));

/** Whether a round took bets at some moment from `since` to now, but for a pause. */
const took = (world: World, code: Code, since: number): boolean =>
  world.rounds[code].state === "TAKING" && currents(world, since).includes(code);

const accept = (world: World, bet: BetOperation, id: string, code: Code, since: number) => {
  const earlier = bet.round === undefined ? before(code) : undefined;
  const allowed =
    (bet.round ?? code) === code &&
    took(world, code, since) &&
    !world.rounds[code].paused &&
    found(world, bet, code) === undefined &&
    (earlier === undefined || found(world, bet, earlier) === undefined) &&
    Object.values(world.bets).every((other) => other.id !== id) &&
    bet.stake >= LEAST_STAKE &&
    stakedBy(world, bet.user, code) + BigInt(bet.stake) <= BigInt(MOST_STAKE) &&
    has(world, bet.user) >= BigInt(bet.stake);
  if (!allowed) return undefined;
  const placed = { id, user: bet.user, round: code, side: bet.side, stake: bet.stake };
  const bets = { ...world.bets, [`${bet.user}/${code}/${bet.key}`]: placed };
  return pay({ ...world, bets }, bet.user, -BigInt(bet.stake));
};

const same = (placed: BetModel, bet: BetOperation): boolean =>
  placed.side === bet.side && placed.stake === bet.stake;

/** Whether the service may refuse a bet with this code. */
const mayRefuseBet = (world: World, bet: BetOperation, code: string, since: number): boolean => {
  const rounds = bet.round === undefined ? currents(world, since) : [bet.round];
  switch (code) {
    case "IDEMPOTENCY_KEY_REUSED":
      return keyed(world, bet).some((round) => {
        const placed = found(world, bet, round);
        return placed !== undefined && !same(placed, bet);
      });
    case "ROUND_NOT_OPEN":
      // open at one of the moments is not open at all of them
      return rounds.some(
        (round) =>
          !took(world, round, since) ||
          since < TIMES[round].opens ||
          world.clock >= TIMES[round].locks,
      );
    case "ROUND_PAUSED":
      return rounds.some((round) => took(world, round, since) && world.rounds[round].paused);
    case "STAKE_BELOW_MINIMUM":
      return bet.stake < LEAST_STAKE;
    case "STAKE_ABOVE_MAXIMUM":
      return rounds.some(
        (round) => stakedBy(world, bet.user, round) + BigInt(bet.stake) > BigInt(MOST_STAKE),
      );
    case "INSUFFICIENT_FUNDS":
      return BigInt(bet.stake) > has(world, bet.user);
    case "OVERLOADED":
      // somebody else held the account too long: nothing was written
      return true;
    default:
      return false;
  }
};

const afterBet = (world: World, bet: BetOperation, answer: Answer, since: number) => {
  if (!answer.ok) return mayRefuseBet(world, bet, answer.code, since) ? world : undefined;
  const code = CODES.find((one) => one === answer.round);
  if (code === undefined || answer.id === undefined) return undefined;
  if (answer.replayed !== true) return accept(world, bet, answer.id, code, since);
  const placed = found(world, bet, code);
  const right = placed?.id === answer.id && same(placed, bet);
  return right && keyed(world, bet).includes(code) ? world : undefined;
};

const afterDeposit = (
  world: World,
  { user, amount, tx }: Extract<Operation, { kind: "deposit" }>,
  answer: Answer,
): World | undefined => {
  const known = world.deposits[tx];
  const alike = known?.user === user && known.amount === amount;
  if (!answer.ok) {
    const conflict = answer.code === "DEPOSIT_CONFLICT" && known !== undefined && !alike;
    return conflict ? world : undefined;
  }
  if (answer.replayed === true) return alike ? world : undefined;
  if (known !== undefined) return undefined;
  const deposits = { ...world.deposits, [tx]: { user, amount } };
  return pay({ ...world, deposits }, user, BigInt(amount));
};

const afterWithdraw = (
  world: World,
  { user, amount, key, fails }: Extract<Operation, { kind: "withdraw" }>,
  answer: Answer,
): World | undefined => {
  const name = `${user}/${key}`;
  const known = world.withdrawals[name];
  const alike = known?.amount === amount && known.fails === fails;
  if (!answer.ok) {
    const justified =
      answer.code === "IDEMPOTENCY_KEY_REUSED"
        ? known !== undefined && !alike
        : answer.code === "INSUFFICIENT_FUNDS" && BigInt(amount) > has(world, user);
    return justified ? world : undefined;
  }
  if (answer.replayed === true) return alike ? world : undefined;
  if (known !== undefined || BigInt(amount) > has(world, user)) return undefined;
  const withdrawals = { ...world.withdrawals, [name]: { user, amount, fails, returned: false } };
  return pay({ ...world, withdrawals }, user, -BigInt(amount));
};

type RoundOperation = Extract<Operation, { kind: "lock" | "pause" | "resume" }>;

const afterRound = (
  world: World,
  { kind, round }: RoundOperation,
  answer: Answer,
): World | undefined => {
  const { state } = world.rounds[round];
  const possible = state === "TAKING" && (kind !== "lock" || TIMES[round].opens <= world.clock);
  if (!answer.ok) return !possible && answer.code === "ROUND_STATE_CONFLICT" ? world : undefined;
  if (!possible) return undefined;
  const change = kind === "lock" ? { state: "LOCKED" as const } : { paused: kind === "pause" };
  return withRound(world, round, change);
};

const afterSettle = (
  world: World,
  { round, result }: Extract<Operation, { kind: "settle" }>,
  answer: Answer,
  closes: readonly Close[],
): World | undefined => {
  const { state } = world.rounds[round];
  const possible = state === "LOCKED" || (state === "TAKING" && result === "VOID");
  const early = result === "AUTO" && world.clock < TIMES[round].settles;
  if (!answer.ok) {
    const justified =
      (answer.code === "ROUND_STATE_CONFLICT" && !possible) ||
      (answer.code === "ROUND_NOT_CLOSED" && early);
    return justified ? world : undefined;
  }
  if (!possible || early) return undefined;
  return fixOutcome(world, round, result === "AUTO" ? closeOf(closes, round) : result);
};

/**
 * The world after `operation` was answered like that at one instant, or undefined where no such answer is allowed in this
 * world. `since` is the clock when the operation began: a bet may have been judged by any clock from then on.
 */
export const after = (
  world: World,
  operation: Operation,
  answer: Answer,
  { since, closes }: { readonly since: number; readonly closes: readonly Close[] },
): World | undefined => {
  switch (operation.kind) {
    case "bet":
      return afterBet(world, operation, answer, since);
    case "deposit":
      return afterDeposit(world, operation, answer);
    case "withdraw":
      return afterWithdraw(world, operation, answer);
    case "lock":
    case "pause":
    case "resume":
      return afterRound(world, operation, answer);
    case "settle":
      return afterSettle(world, operation, answer, closes);
    case "clock": {
      const back = operation.moment < world.clock;
      if (!answer.ok) return back && answer.code === "CLOCK_BACKWARDS" ? world : undefined;
      return back ? undefined : { ...world, clock: operation.moment };
    }
    case "advance":
    case "chain":
    case "audit":
    case "statement":
      return answer.ok ? world : undefined;
  }
};
