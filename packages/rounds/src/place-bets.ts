import { nameUuid } from "@closebell/context";
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
  | "BELOW_MINIMUM"
  | "ABOVE_MAXIMUM"
  | "INSUFFICIENT_FUNDS"
  | "POOL_FULL";

/** One bet's answer: which bet it is, where there is one. */
export interface Placed {
  readonly n: number;
  readonly result: PlaceResult;
  readonly betId: string | null;
  readonly betRound: number | null;
  readonly acceptedAt: Temporal.Instant | null;
}

/** A bet with the id it gets if it is accepted. */
export interface PlaceRequest extends BetRequest {
  readonly id: string;
}

/** The round of a batch, and the one before it, where a bet that names no round may have its key. */
export interface BatchRound {
  readonly id: number;
  readonly previousId: number | null;
}

/** How a key is stored: always 16 bytes, whatever the sender wrote. */
const keyOf = (request: BetRequest): string => nameUuid(request.idempotencyKey);

/** One call of rounds.place_bets, its own transaction. Answers come in the order of the requests. */
export const placeBets = (
  deps: Pick<Deps, "database">,
  round: BatchRound,
  stripe: number,
  requests: readonly PlaceRequest[],
): Promise<readonly Placed[]> =>
  reachable(deps.database.url, async () => {
    const list = (valueOf: (request: PlaceRequest) => string) =>
      arrayLiteral(requests.map(valueOf));
    const rows = await deps.database.sql<Placed[]>`
      select n, result, bet_id as "betId", bet_round as "betRound", accepted_at as "acceptedAt"
      from rounds.place_bets(
        ${round.id}::int, ${round.previousId}::int, ${stripe}::smallint,
        ${list(({ id }) => id)}::uuid[],
        ${list(({ userId }) => userId)}::uuid[],
        ${list(({ side }) => side)}::rounds.side[],
        ${list(({ stake }) => stake.toString())}::bigint[],
        ${list(keyOf)}::uuid[],
        ${list(({ roundCode }) => String(roundCode !== undefined))}::boolean[],
        ${list(({ by }) => by.actor.id)}::uuid[],
        ${list(({ by }) => by.requestId)}::uuid[])
      order by n`;
    return rows;
  });
