import { DomainError, SYSTEM_ACTORS, randomIds, type By, type Logger } from "@closebell/context";
import { memoryEvents, silentLogger } from "@closebell/context/testing";
import { snapshot } from "@closebell/database";
import { scratchDatabase, type ScratchDatabase } from "@closebell/database/testing";
import { createUser } from "@closebell/identity";
import { HOUSE, balancesOf, custodyAccount, reconcile, userAccount } from "@closebell/ledger";
import { microUsdc } from "@closebell/money";
import { advanceChain } from "../advance-chain.ts";
import type { CustodyDeps } from "../custody-deps.ts";
import { ensureWallet } from "../ensure-wallet.ts";
import { reconcileCustody } from "../reconcile-custody.ts";
import { recordDeposit } from "../record-deposit.ts";
import { requestWithdrawal } from "../request-withdrawal.ts";
import { scriptedChain, type ScriptedChain } from "./scripted-chain.ts";

/** Who acts in the tests. */
export const by: By = {
  actor: SYSTEM_ACTORS.chain,
  requestId: "01900000-0000-7000-8000-0000000000ff",
  reason: "test",
};

/** An address outside the service. */
export const outside = (n = 0): string => `0x${n.toString(16).padStart(40, "e")}`;

/** What a verb refuses with: its code, or the message of anything else. */
export const refusalOf = (work: PromiseLike<unknown>): Promise<string> =>
  Promise.resolve(work).then(
    () => "done",
    (error: unknown) => (error instanceof DomainError ? error.code : String(error)),
  );

/** A custody room on a database of its own, with one scripted chain. */
export interface Scene extends AsyncDisposable {
  readonly scratch: ScratchDatabase;
  readonly chain: ScriptedChain;
  readonly deps: CustodyDeps;
  /** Everything that was logged as an error. */
  readonly errors: readonly string[];
  /** A player, with `funds` micro-USDC deposited. */
  player(funds?: bigint): Promise<string>;
  addressOf(userId: string): Promise<string>;
  /** `available`, `withdrawing`, and what the house's capital and the chain's custody hold. */
  balances(userId: string): Promise<Balances>;
  withdraw(userId: string, amount: bigint, key: string, to?: string): Promise<string>;
  advance(): ReturnType<typeof advanceChain>;
  /** Names of the ledger's and custody's checks that fail. */
  wrong(): Promise<readonly string[]>;
  /** As if the time of every claim had passed. */
  expireClaims(): Promise<void>;
}

export interface Balances {
  readonly available: bigint;
  readonly withdrawing: bigint;
  readonly capital: bigint;
  /** Above zero: what we hold. */
  readonly custody: bigint;
}

const recordErrors = (errors: string[]): Logger => ({
  ...silentLogger,
  error: (_fields, message) => void errors.push(message),
});

const balancesIn = async (deps: CustodyDeps, chain: string, userId: string): Promise<Balances> => {
  const codes = {
    available: userAccount(userId, "available"),
    withdrawing: userAccount(userId, "withdrawing"),
    capital: HOUSE.capital,
    custody: custodyAccount(chain),
  };
  const found = await balancesOf(deps.database.orm, Object.values(codes));
  const of = (code: string): bigint => found.get(code) ?? 0n;
  return {
    available: of(codes.available),
    withdrawing: of(codes.withdrawing),
    capital: of(codes.capital),
    custody: -of(codes.custody),
  };
};

const failingChecks = (deps: CustodyDeps): Promise<readonly string[]> =>
  snapshot(deps, async (tx) => {
    const checks = [...(await reconcile(tx)), ...(await reconcileCustody(tx))];
    return checks.filter((check) => !check.ok).map((check) => `${check.name}: ${check.detail}`);
  });

/** Opens a scene; dispose it with `await using`. */
export const custodyScene = async (chain = scriptedChain()): Promise<Scene> => {
  const scratch = await scratchDatabase();
  const errors: string[] = [];
  const deps: CustodyDeps = {
    database: scratch.database,
    events: memoryEvents(),
    ids: randomIds,
    log: recordErrors(errors),
    chains: [chain],
  };
  return {
    scratch,
    chain,
    deps,
    errors,
    async player(funds = 0n) {
      const { id } = await createUser(deps, { by });
      if (funds === 0n) return id;
      const amountMicroUsdc = microUsdc(funds);
      const deposit = { chain: chain.name, tx: `funds-${id}`, log: 0, userId: id, amountMicroUsdc };
      await recordDeposit(deps, { by, ...deposit });
      return id;
    },
    async addressOf(userId) {
      return (await ensureWallet(deps, { by, userId, chain: chain.name })).address;
    },
    balances: (userId) => balancesIn(deps, chain.name, userId),
    async withdraw(userId, amount, key, to = outside()) {
      const what = { userId, chain: chain.name, to, amountMicroUsdc: microUsdc(amount) };
      const { withdrawal } = await requestWithdrawal(deps, { by, ...what, idempotencyKey: key });
      return withdrawal.id;
    },
    advance: () => advanceChain(deps, { by }),
    wrong: () => failingChecks(deps),
    async expireClaims() {
      await scratch.owner
        .sql`update custody.scan set claimed_until = clock_timestamp() where claim is not null`;
      await scratch.owner.sql`update custody.withdrawal set due_at = clock_timestamp()`;
    },
    [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose](),
  };
};
