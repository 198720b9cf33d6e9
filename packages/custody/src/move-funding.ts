import type { By } from "@closebell/context";
import type { Deps, Work } from "@closebell/database";
import { HOUSE, custodyAccount } from "@closebell/ledger";
import { eq, sql } from "drizzle-orm";
import type { Funding, FundingState } from "./funding.ts";
import { postOne } from "./post-one.ts";
import { fundingEvents, fundings } from "./tables.ts";
import { KIND } from "./transfer-kinds.ts";

/** One step of a funding whose row the caller has locked. */
export interface FundingStep {
  readonly by: By;
  readonly funding: Funding;
  readonly to: FundingState;
  readonly detail: string;
}

/** Adds to a funding's history. Returns the event's id. */
export const noteFunding = async (
  deps: Pick<Deps, "ids">,
  work: Work,
  { by, funding, to, detail }: FundingStep,
): Promise<string> => {
  const id = deps.ids.uuid();
  await work.tx.insert(fundingEvents).values({
    funding: funding.id,
    n: sql`(select coalesce(max(e.n), 0) + 1 from custody.funding_event e where e.funding = ${funding.id})`,
    id,
    state: to,
    at: await work.now(),
    actor: by.actor.id,
    detail,
  });
  return id;
};

/** The money of one step: an operator's money is the house's capital. */
const moneyOf = ({ funding, to }: FundingStep) => {
  const custody = custodyAccount(funding.chain);
  const { capital } = HOUSE;
  switch (`${funding.state} ${to}`) {
    case "SEEN BOOKED":
      return { kind: KIND.funding, debit: custody, credit: capital, once: true };
    case "BOOKED REORGED":
      return { kind: KIND.fundingReorg, debit: capital, credit: custody, once: false };
    case "REORGED BOOKED":
      return { kind: KIND.fundingRestore, debit: custody, credit: capital, once: false };
    default:
      return undefined;
  }
};

/** Takes a funding one step further: state, history and money together. */
export const moveFunding = async (
  deps: Pick<Deps, "ids">,
  work: Work,
  step: FundingStep,
): Promise<Funding> => {
  const { by, funding, to } = step;
  const at = await work.now();
  const moved = {
    state: to,
    bookedAt: funding.bookedAt ?? (to === "BOOKED" ? at : null),
    final: funding.final && to !== "REORGED",
  };
  await work.tx.update(fundings).set(moved).where(eq(fundings.id, funding.id));
  const event = await noteFunding(deps, work, step);
  const money = moneyOf(step);
  if (money !== undefined) {
    const { once, kind, debit, credit } = money;
    const recordedAt = once ? funding.createdAt : at;
    const transfer = {
      ref: once ? funding.id : event,
      debit,
      credit,
      amount: funding.amountMicroUsdc,
    };
    await postOne(work, { by, kind, recordedAt, transfer });
  }
  return { ...funding, ...moved };
};
