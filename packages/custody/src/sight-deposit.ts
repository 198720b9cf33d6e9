import { DomainError, type By } from "@closebell/context";
import type { Deps, Work } from "@closebell/database";
import type { MicroUsdc } from "@closebell/money";
import { and, eq } from "drizzle-orm";
import { pathOf, type DepositState, type Sighting } from "./deposit-state.ts";
import type { Deposit } from "./deposit.ts";
import { moveDeposit, noteDeposit } from "./move-deposit.ts";
import { deposits } from "./tables.ts";
import { walletAt } from "./wallet.ts";

/** A deposit as somebody tells of it. */
export interface ToldDeposit {
  readonly chain: string;
  readonly tx: string;
  readonly log: number;
  readonly address: string;
  readonly amountMicroUsdc: MicroUsdc;
  readonly sighting: Sighting;
}

/** What became of it. */
export interface SightedDeposit {
  readonly deposit: Deposit;
  /** The states it passed through now; empty where the sighting said nothing new. */
  readonly path: readonly DepositState[];
  /** True where the user had been credited and the chain has taken the money back: the house has lost it. */
  readonly lost: boolean;
}

const lockDeposit = async (work: Work, told: ToldDeposit): Promise<Deposit | undefined> => {
  const [deposit] = await work.tx
    .select()
    .from(deposits)
    .where(
      and(eq(deposits.chain, told.chain), eq(deposits.tx, told.tx), eq(deposits.log, told.log)),
    )
    .for("update");
  return deposit;
};

/** Undefined where another transaction was first; it has committed by then. */
const insertDeposit = async (
  deps: Pick<Deps, "ids">,
  work: Work,
  by: By,
  told: ToldDeposit,
): Promise<Deposit | undefined> => {
  const { sighting: _, ...what } = told;
  const wallet = await walletAt(work.tx, told.chain, told.address);
  if (wallet === undefined) {
    throw new DomainError(
      "ADDRESS_UNKNOWN",
      `No user deposits at ${told.address} on ${told.chain}. Ask for a wallet first, and pay to its address.`,
    );
  }
  const at = await work.now();
  const [deposit] = await work.tx
    .insert(deposits)
    .values({ ...what, id: deps.ids.uuid(), userId: wallet.userId, state: "SEEN", createdAt: at })
    .onConflictDoNothing({ target: [deposits.chain, deposits.tx, deposits.log] })
    .returning();
  if (deposit === undefined) return undefined;
  await noteDeposit(deps, work, { by, deposit: deposit.id, state: "SEEN", at });
  return deposit;
};

/**
 * Records what is told of a deposit and moves its money, once however often and by however many it is told. Undefined
 * where one vanished that was never seen.
 * @throws DomainError ADDRESS_UNKNOWN, DEPOSIT_CONFLICT
 */
export const sightDeposit = async (
  deps: Pick<Deps, "ids">,
  work: Work,
  input: { readonly by: By; readonly told: ToldDeposit },
): Promise<SightedDeposit | undefined> => {
  const { by, told } = input;
  const known = await lockDeposit(work, told);
  if (known === undefined && told.sighting === "reorged") return undefined;
  const made = known === undefined ? await insertDeposit(deps, work, by, told) : undefined;
  const before = known ?? made ?? (await lockDeposit(work, told));
  if (before === undefined) throw new Error(`The deposit ${told.tx}/${told.log} was not made.`);
  if (before.address !== told.address || before.amountMicroUsdc !== told.amountMicroUsdc) {
    throw new DomainError(
      "DEPOSIT_CONFLICT",
      `The deposit ${told.tx}/${told.log} on ${told.chain} is recorded with another address or amount. ` +
        "A transaction hash and log index name one deposit: check both.",
    );
  }
  const credited = before.creditedAt !== null;
  const path = pathOf({ state: before.state, credited }, told.sighting);
  let deposit = before;
  for (const to of path) deposit = await moveDeposit(deps, work, { by, deposit, to });
  const lost = before.state === "CREDITED" && deposit.state === "REORGED";
  return { deposit, path, lost };
};
