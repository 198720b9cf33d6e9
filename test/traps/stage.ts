import { randomUUID } from "node:crypto";
import { SYSTEM_ACTORS } from "../../packages/context/src/index.ts";
import { connect, type SqlClient } from "../../packages/database/src/connect.ts";
import { type Deps, openDatabase } from "../../packages/database/src/index.ts";
import { microUsdc } from "../../packages/money/src/index.ts";
import { advanceRounds, type BetRequest } from "../../packages/rounds/src/index.ts";
import { placeBets } from "../../packages/rounds/src/place-bets.ts";
import { roundsHarness, type RoundsHarness } from "../../packages/rounds/src/testing/index.ts";

const CODE = "20261120";
export const ROUND = 2_026_112_001;

/** A round that takes bets, and players who are accounts with money in them. The books do not balance: nobody asks. */
export interface TrapStage extends AsyncDisposable {
  readonly house: RoundsHarness;
  /** As the superuser, who sees locks and counters. */
  readonly admin: SqlClient;
  /** Makes `count` players. */
  seat(count: number, balance: bigint): Promise<readonly string[]>;
  /** Deps on `max` connections of their own, closed with the stage. */
  deps(max: number): Deps;
}

export const trapStage = async (): Promise<TrapStage> => {
  await using made = new AsyncDisposableStack();
  const house = made.use(await roundsHarness());
  await advanceRounds(house.deps, { by: house.by });
  const { url } = house.scratch;
  const admin = connect({ url, max: 4, parameters: {} });
  made.defer(() => admin.end({ timeout: 1 }));
  const opened = made.move();
  return {
    house,
    admin,
    async seat(count, balance) {
      const ids = Array.from({ length: count }, () => randomUUID());
      await admin`
        insert into ledger.account (code, owner, purpose, lock_rank, floored, balance)
        select 'user/' || id || '/available', id, 'available', 1, true, ${String(balance)}::bigint
        from unnest(${`{${ids.join(",")}}`}::uuid[]) as t (id)`;
      return ids;
    },
    deps(max) {
      const database = openDatabase({ url, max });
      opened.defer(() => database.close());
      return { ...house.deps, database };
    },
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
};

/** A bet on the stage's round. */
export const betOf = (
  userId: string,
  stake = 10n,
  idempotencyKey: string = randomUUID(),
): BetRequest => ({
  by: { actor: SYSTEM_ACTORS.anonymous, requestId: randomUUID() },
  userId,
  side: "UP",
  stake: microUsdc(stake),
  idempotencyKey,
  roundCode: CODE,
});

/** One batch, in a call of its own, without an intake; what became of each bet. */
export const placeBatch = async (
  deps: Pick<Deps, "database" | "ids">,
  requests: readonly BetRequest[],
  { stripe = 0, patienceMs = 0 }: { readonly stripe?: number; readonly patienceMs?: number } = {},
): Promise<readonly string[]> => {
  const round = { id: ROUND, previousId: null };
  const placed = await placeBets(deps, { round, stripe, requests, patienceMs });
  return placed.map((one) => one?.result ?? "UNANSWERED");
};
