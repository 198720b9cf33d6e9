import { nameUuid, ownKey } from "@closebell/context";
import { arrayLiteral, reachable, type Deps } from "@closebell/database";
import type { BetRequest } from "./bet-intake.ts";

/** What rounds.place_bets answers for one bet. */
export type PlaceResult =
  | "ACCEPTED"
  | "REPLAYED"
  | "KEY_REUSED"
  | "ROUND_NOT_OPEN"
  | "ROUND_PAUSED"
  | "BUSY"
  | "USER_NOT_FOUND"
  | "PLAY_SUSPENDED"
  | "BELOW_MINIMUM"
  | "ABOVE_MAXIMUM"
  | "BEYOND_LIMIT"
  | "INSUFFICIENT_FUNDS"
  | "POOL_FULL";

/** One bet's answer: which bet it is, where there is one. */
export interface Placed {
  readonly result: PlaceResult;
  readonly betId: string | null;
  readonly betRound: number | null;
  readonly acceptedAt: Temporal.Instant | null;
}

/** The round of a batch, and the one before it, where a bet that names no round may have its key. */
export interface BatchRound {
  readonly id: number;
  readonly previousId: number | null;
}

/** Bets of a batch that got the same answer, by their positions from 1. */
interface Answered {
  readonly result: PlaceResult;
  readonly betRound: number | null;
  readonly acceptedAt: Temporal.Instant | null;
  readonly positions: readonly number[];
  /** Null where they are accepted: each has the id it was sent with. */
  readonly betIds: readonly (string | null)[] | null;
}

/** How a key is stored: always 16 bytes, whatever the sender wrote. */
const keyOf = ({ by, userId, idempotencyKey }: BetRequest): string =>
  nameUuid(ownKey(by, userId, idempotencyKey));

const byPosition = (
  answers: readonly Answered[],
  ids: readonly string[],
): readonly (Placed | undefined)[] => {
  const placed: (Placed | undefined)[] = [];
  for (const { result, betRound, acceptedAt, positions, betIds } of answers) {
    positions.forEach((position, index) => {
      const n = position - 1;
      const betId = (betIds === null ? ids[n] : betIds[index]) ?? null;
      placed[n] = { result, betId, betRound, acceptedAt };
    });
  }
  return placed;
};

/** A batch: its bets, on one round, and the pool row that takes them. */
export interface Batch {
  readonly round: BatchRound;
  readonly stripe: number;
  readonly requests: readonly BetRequest[];
  /** How long to wait for an account that is locked elsewhere; 0 answers BUSY at once. */
  readonly patienceMs: number;
}

/** One call of rounds.place_bets, its own transaction. Answers come in the order of the requests. */
export const placeBets = (
  deps: Pick<Deps, "database" | "ids">,
  { round, stripe, requests, patienceMs }: Batch,
): Promise<readonly (Placed | undefined)[]> =>
  reachable(deps.database.url, async () => {
    // made here: a batch whose ids follow each other fills its index pages
    const ids = requests.map(() => deps.ids.uuid());
    const list = (valueOf: (request: BetRequest) => string) => arrayLiteral(requests.map(valueOf));
    const answers = await deps.database.sql<Answered[]>`
      select result, bet_round as "betRound", accepted_at as "acceptedAt",
             array_agg(n) as positions,
             array_agg(bet_id) filter (where result <> 'ACCEPTED') as "betIds"
      from rounds.place_bets(
        ${round.id}::int, ${round.previousId}::int, ${stripe}::smallint,
        ${arrayLiteral(ids)}::uuid[],
        ${list(({ userId }) => userId)}::uuid[],
        ${list(({ side }) => side)}::rounds.side[],
        ${list(({ stake }) => stake.toString())}::bigint[],
        ${list(keyOf)}::uuid[],
        ${list(({ roundCode }) => String(roundCode !== undefined))}::boolean[],
        ${list(({ by }) => by.actor.id)}::uuid[],
        ${list(({ by }) => by.requestId)}::uuid[],
        ${patienceMs}::int)
      group by result, bet_round, accepted_at`;
    return byPosition(answers, ids);
  });
