import type { By } from "@closebell/context";
import type { Deps, Work } from "@closebell/database";
import { HOUSE, custodyAccount, userAccount } from "@closebell/ledger";
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
  },
): Promise<string> => {
  const id = deps.ids.uuid();
  await work.tx.insert(depositEvents).values({
    deposit: event.deposit,
    n: sql`(select coalesce(max(e.n), 0) + 1 from custody.deposit_event e where e.deposit = ${event.deposit})`,
    id,
    state: event.state,
    at: event.at,
    actor: event.by.actor.id,
    detail: "",
  });
  return id;
};

interface Step {
  readonly by: By;
  readonly deposit: Deposit;
  readonly to: DepositState;
  readonly event: string;
  readonly at: Temporal.Instant;
}

/** The money of one step: the user is credited once; what the chain takes back or returns later is the house's. */
const postStep = async (work: Work, { by, deposit, to, event, at }: Step): Promise<void> => {
  const custody = custodyAccount(deposit.chain);
  const amount = deposit.amountMicroUsdc;
  if (deposit.state === "CONFIRMED" && to === "CREDITED") {
    const credit = userAccount(deposit.userId, "available");
    const transfer = { ref: deposit.id, debit: custody, credit, amount };
    await postOne(work, { by, kind: KIND.deposit, recordedAt: deposit.createdAt, transfer });
  }
  if (deposit.state === "CREDITED" && to === "REORGED") {
    const transfer = { ref: event, debit: HOUSE.capital, credit: custody, amount };
    await postOne(work, { by, kind: KIND.depositReorg, recordedAt: at, transfer });
  }
  if (deposit.state === "REORGED" && to === "CREDITED") {
    const transfer = { ref: event, debit: custody, credit: HOUSE.capital, amount };
    await postOne(work, { by, kind: KIND.depositRestore, recordedAt: at, transfer });
  }
};

/** Takes a deposit, whose row the caller has locked, one step further: state, history and money together. */
export const moveDeposit = async (
  deps: Pick<Deps, "ids">,
  work: Work,
  input: { readonly by: By; readonly deposit: Deposit; readonly to: DepositState },
): Promise<Deposit> => {
  const { by, deposit, to } = input;
  const at = await work.now();
  const creditedAt = deposit.creditedAt ?? (to === "CREDITED" ? at : null);
  await work.tx.update(deposits).set({ state: to, creditedAt }).where(eq(deposits.id, deposit.id));
  const event = await noteDeposit(deps, work, { by, deposit: deposit.id, state: to, at });
  await postStep(work, { by, deposit, to, event, at });
  return { ...deposit, state: to, creditedAt };
};
