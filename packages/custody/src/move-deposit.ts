import type { By } from "@closebell/context";
import type { Deps, Work } from "@closebell/database";
import { HOUSE, custodyAccount, periodOf, userAccount } from "@closebell/ledger";
import { admitDeposit, countDeposit } from "@closebell/protection";
import { eq, sql } from "drizzle-orm";
import type { DepositState } from "./deposit-state.ts";
import type { Deposit } from "./deposit.ts";
import { postOne } from "./post-one.ts";
import { depositEvents, deposits } from "./tables.ts";
import { KIND } from "./transfer-kinds.ts";

/** Adds to a deposit's history, whose row the caller has locked. Returns the event's id. */
export const noteDeposit = async (
  deps: Pick<Deps, "ids">,
  work: Work,
  event: {
    readonly by: By;
    readonly deposit: string;
    readonly state: DepositState;
    readonly at: Temporal.Instant;
    readonly detail: string;
  },
): Promise<string> => {
  const { by, ...what } = event;
  const id = deps.ids.uuid();
  await work.tx.insert(depositEvents).values({
    ...what,
    n: sql`(select coalesce(max(e.n), 0) + 1 from custody.deposit_event e where e.deposit = ${event.deposit})`,
    id,
    actor: by.actor.id,
  });
  return id;
};

interface DepositStep {
  readonly by: By;
  /** As it stands before the step; its row is locked. */
  readonly deposit: Deposit;
  readonly to: DepositState;
  /** For its history: what made it go there. */
  readonly detail: string;
}

/** The money of one step: between which accounts, and whether it happens once or with each such event. */
const moneyOf = ({ deposit, to }: DepositStep, held: boolean) => {
  const custody = custodyAccount(deposit.chain);
  const user = userAccount(deposit.userId, held ? "held" : "available");
  const { capital, suspense } = HOUSE;
  switch (`${deposit.state} ${to}`) {
    case "CONFIRMED CREDITED":
      return {
        kind: held ? KIND.depositHold : KIND.deposit,
        debit: custody,
        credit: user,
        once: true,
      };
    case "CONFIRMED SUSPENDED":
      return { kind: KIND.depositSuspend, debit: custody, credit: suspense, once: true };
    case "SUSPENDED CREDITED":
      return {
        kind: held ? KIND.depositReleaseHold : KIND.depositRelease,
        debit: suspense,
        credit: user,
        once: true,
      };
    // The user is credited once: what the chain takes back or returns later is the house's.
    case "CREDITED REORGED":
      return { kind: KIND.depositReorg, debit: capital, credit: custody, once: false };
    case "REORGED CREDITED":
      return { kind: KIND.depositRestore, debit: custody, credit: capital, once: false };
    case "SUSPENDED REORGED":
      return { kind: KIND.suspenseReorg, debit: suspense, credit: custody, once: false };
    case "REORGED SUSPENDED":
      return { kind: KIND.suspenseRestore, debit: custody, credit: suspense, once: false };
    default:
      return undefined;
  }
};

/** Posts what a step moves; a deposit that comes into play counts towards its user's limits. */
const post = async (
  work: Work,
  step: DepositStep,
  {
    event,
    at,
    admitted,
    held,
  }: { event: string; at: Temporal.Instant; admitted: boolean; held: boolean },
): Promise<void> => {
  const money = moneyOf(step, held);
  if (money === undefined) return;
  const { by, deposit } = step;
  const { once, kind, debit, credit } = money;
  const recordedAt = once ? deposit.createdAt : at;
  const ref = once ? deposit.id : event;
  const transfer = { ref, debit, credit, amount: deposit.amountMicroUsdc };
  await postOne(work, { by, kind, recordedAt, transfer });
  const { userId } = deposit;
  if (admitted) await countDeposit(work, { userId, period: periodOf(recordedAt), kind, ref });
};

/**
 * Takes a deposit, whose row the caller has locked, one step further: state, history and money together. What is credited
 * goes to `held` where its user's limits or restrictions keep it out of play.
 */
export const moveDeposit = async (
  deps: Pick<Deps, "ids">,
  work: Work,
  step: DepositStep,
): Promise<Deposit> => {
  const { by, deposit, to, detail } = step;
  const credits = to === "CREDITED" && deposit.creditedAt === null;
  const admitted = credits && (await admitDeposit(work, deposit));
  const held = credits ? !admitted : deposit.held;
  const at = await work.now();
  const moved = {
    state: to,
    creditedAt: deposit.creditedAt ?? (to === "CREDITED" ? at : null),
    suspendedAt: deposit.suspendedAt ?? (to === "SUSPENDED" ? at : null),
    final: deposit.final && to !== "REORGED",
    held,
  };
  await work.tx.update(deposits).set(moved).where(eq(deposits.id, deposit.id));
  const event = await noteDeposit(deps, work, { by, deposit: deposit.id, state: to, at, detail });
  await post(work, step, { event, at, admitted, held });
  return { ...deposit, ...moved };
};
