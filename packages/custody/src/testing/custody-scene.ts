import { DomainError, SYSTEM_ACTORS, randomIds, type By, type Logger } from "@closebell/context";
import { memoryEvents, silentLogger } from "@closebell/context/testing";
import { snapshot } from "@closebell/database";
import { scratchDatabase, type ScratchDatabase } from "@closebell/database/testing";
import { createUser, type LetterDeps } from "@closebell/identity";
import { identityParts } from "@closebell/identity/testing";
import { HOUSE, balancesOf, custodyAccount, reconcile, userAccount } from "@closebell/ledger";
import { microUsdc } from "@closebell/money";
import { advanceChain } from "../advance-chain.ts";
import type { CustodyDeps } from "../custody-deps.ts";
import { DEFAULT_POLICY, type CustodyPolicy } from "../custody-policy.ts";
import { ensureWallet } from "../ensure-wallet.ts";
import { setPayoutWait } from "../payout-wait.ts";
import { reconcileCustody } from "../reconcile-custody.ts";
import { recordDeposit } from "../record-deposit.ts";
import { requestWithdrawal } from "../request-withdrawal.ts";
import { savePayoutAddress } from "../save-payout-address.ts";
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
  readonly deps: CustodyDeps & LetterDeps;
  /** Everything that was logged as an error. */
  readonly errors: readonly string[];
  /** A player, with `funds` micro-USDC deposited: told by hand on a simulated chain, paid and final on another. */
  player(funds?: bigint): Promise<string>;
  addressOf(userId: string): Promise<string>;
  /** `available`, `withdrawing`, and what the house's capital and the chain's custody hold. */
  balances(userId: string): Promise<Balances>;
  /** Asks for a payment, to an address saved before where the chain wants that. */
  withdraw(userId: string, amount: bigint, key: string, to?: string): Promise<string>;
  /** One pass of the scheduler, under another policy if one is given. */
  advance(policy?: Partial<CustodyPolicy>): ReturnType<typeof advanceChain>;
  /** Passes with a block before each, until all that can become final is: six at most. */
  settle(policy?: Partial<CustodyPolicy>): Promise<void>;
  /** Names of the ledger's and custody's checks that fail. */
  wrong(): Promise<readonly string[]>;
  /** As if the time of every claim had passed, and of every wait for a chain. */
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

/** Whether anything is still to be paid, swept or to become final. */
const isUnderWay = async ({ sql }: ScratchDatabase["owner"]): Promise<boolean> => {
  const open = await sql`
    select from custody.payment where state <> 'DONE'
    union all select from custody.withdrawal where state not in ('CONFIRMED', 'FAILED', 'REJECTED', 'NEEDS_REVIEW')
    union all select from custody.deposit where not final and state <> 'REORGED'
    union all select from custody.funding where not final and state <> 'REORGED'
    union all select from custody.unswept
    limit 1`;
  return open.length > 0;
};

/** As if an hour of real time had passed since anything was claimed, sent or missed. */
const passTime = async ({ sql }: ScratchDatabase["owner"]): Promise<void> => {
  await sql`update custody.scan set claimed_until = clock_timestamp() where claim is not null`;
  await sql`update custody.withdrawal set due_at = clock_timestamp()`;
  await sql`update custody.payment set due_at = clock_timestamp(), sent_at = sent_at - interval '1 hour',
    lost_at = lost_at - interval '1 hour' where state <> 'DONE'`;
  await sql`update custody.sweep set due_at = clock_timestamp()`;
};

const fund = async (deps: CustodyDeps, chain: ScriptedChain, userId: string, amount: bigint) => {
  const amountMicroUsdc = microUsdc(amount);
  if (chain.simulated) {
    const deposit = { chain: chain.name, tx: `funds-${userId}`, log: 0, userId, amountMicroUsdc };
    await recordDeposit(deps, { by, ...deposit });
    return;
  }
  const { address } = await ensureWallet(deps, { by, userId, chain: chain.name });
  chain.pay(address, amount);
  chain.mine();
  chain.finalise();
  await advanceChain(deps, { by });
};

/** Opens a scene in which payout addresses count at once; dispose it with `await using`. */
export const custodyScene = async (
  chain = scriptedChain(),
  policy: Partial<CustodyPolicy> = {},
): Promise<Scene> => {
  const scratch = await scratchDatabase();
  const errors: string[] = [];
  await setPayoutWait({ database: scratch.owner }, 0);
  const { auth, randomBytes } = identityParts();
  const deps: Scene["deps"] = {
    auth,
    randomBytes,
    database: scratch.database,
    events: memoryEvents(),
    ids: randomIds,
    log: recordErrors(errors),
    chains: [chain],
    policy: { ...DEFAULT_POLICY, ...policy },
  };
  const advance: Scene["advance"] = (changed = {}) =>
    advanceChain({ ...deps, policy: { ...deps.policy, ...changed } }, { by });
  return {
    scratch,
    chain,
    deps,
    errors,
    async player(funds = 0n) {
      const { id } = await createUser(deps, { by });
      if (funds > 0n) await fund(deps, chain, id, funds);
      return id;
    },
    async addressOf(userId) {
      return (await ensureWallet(deps, { by, userId, chain: chain.name })).address;
    },
    balances: (userId) => balancesIn(deps, chain.name, userId),
    async withdraw(userId, amount, key, to = outside()) {
      const place = { userId, chain: chain.name };
      if (!chain.simulated) await savePayoutAddress(deps, { by, ...place, address: to });
      const what = { ...place, to, amountMicroUsdc: microUsdc(amount), idempotencyKey: key };
      return (await requestWithdrawal(deps, { by, ...what })).withdrawal.id;
    },
    advance,
    async settle(changed) {
      await advance(changed);
      for (let block = 1; block <= 6; block += 1) {
        chain.mine();
        await passTime(scratch.owner);
        await advance(changed);
        if (block > chain.finalDepth && !(await isUnderWay(scratch.owner))) return;
      }
    },
    wrong: () => failingChecks(deps),
    expireClaims: () => passTime(scratch.owner),
    [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose](),
  };
};
