import { DomainError, type By } from "@closebell/context";
import type { Deps, Work } from "@closebell/database";
import type { MicroUsdc } from "@closebell/money";
import { and, eq } from "drizzle-orm";
import type { BlockRef } from "./block-ref.ts";
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
  /** Where it stands; null where that is told by hand. */
  readonly block: BlockRef | null;
}

/** What became of a deposit. */
export interface SightedDeposit {
  readonly deposit: Deposit;
  /** The states it passed through now; empty where the sighting said nothing new. */
  readonly path: readonly DepositState[];
  /** True where nobody had told of it before. */
  readonly fresh: boolean;
  /** True where the user had been credited and the chain has taken the money back: the house has lost it. */
  readonly lost: boolean;
}

const named = (told: ToldDeposit) =>
  and(eq(deposits.chain, told.chain), eq(deposits.tx, told.tx), eq(deposits.log, told.log));

const lockDeposit = async (work: Work, told: ToldDeposit): Promise<Deposit | undefined> => {
  const [deposit] = await work.tx.select().from(deposits).where(named(told)).for("update");
  return deposit;
};

const placeOf = (block: BlockRef | null): string =>
  block === null ? "" : `block ${block.number} ${block.hash}`;

/** Undefined where another transaction was first; it has committed by then. */
const insertDeposit = async (
  deps: Pick<Deps, "ids">,
  work: Work,
  by: By,
  told: ToldDeposit,
): Promise<Deposit | undefined> => {
  const { block, ...what } = told;
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
    .values({
      ...what,
      id: deps.ids.uuid(),
      userId: wallet.userId,
      state: "SEEN",
      createdAt: at,
      blockNumber: block?.number ?? null,
      blockHash: block?.hash ?? null,
      final: block === null,
    })
    .onConflictDoNothing({ target: [deposits.chain, deposits.tx, deposits.log] })
    .returning();
  if (deposit === undefined) return undefined;
  const event = { by, deposit: deposit.id, state: "SEEN", at, detail: placeOf(block) } as const;
  await noteDeposit(deps, work, event);
  return deposit;
};

/** The deposit as it stands in the block told now: what was known of another block counts no more. */
const placed = async (
  deps: Pick<Deps, "ids">,
  work: Work,
  { by, deposit, block }: { by: By; deposit: Deposit; block: BlockRef | null },
): Promise<Deposit> => {
  if (block === null || deposit.blockHash === block.hash) return deposit;
  const place = { blockNumber: block.number, blockHash: block.hash, final: false };
  await work.tx.update(deposits).set(place).where(eq(deposits.id, deposit.id));
  const { id, state } = deposit;
  const at = await work.now();
  await noteDeposit(deps, work, { by, deposit: id, state, at, detail: placeOf(block) });
  return { ...deposit, ...place };
};

/** Takes a deposit, whose row the caller has locked, as far as a sighting of it says. `small`: below the minimum. */
export const stepDeposit = async (
  deps: Pick<Deps, "ids">,
  work: Work,
  input: {
    readonly by: By;
    readonly deposit: Deposit;
    readonly sighting: Sighting;
    readonly small: boolean;
    readonly detail: string;
  },
): Promise<Omit<SightedDeposit, "fresh">> => {
  const { by, deposit: before, sighting, small, detail } = input;
  const credited = before.creditedAt !== null;
  const suspended = before.suspendedAt !== null;
  const path = pathOf({ state: before.state, credited, suspended, small }, sighting);
  let deposit = before;
  for (const to of path) deposit = await moveDeposit(deps, work, { by, deposit, to, detail });
  return { deposit, path, lost: before.state === "CREDITED" && deposit.state === "REORGED" };
};

/**
 * Records what is told of a deposit that stands somewhere, and moves its money, once however often and by however many it
 * is told. `small`: below the minimum.
 * @throws DomainError ADDRESS_UNKNOWN, DEPOSIT_CONFLICT
 */
export const sightDeposit = async (
  deps: Pick<Deps, "ids">,
  work: Work,
  input: {
    readonly by: By;
    readonly told: ToldDeposit;
    readonly sighting: "seen" | "final";
    readonly small: boolean;
  },
): Promise<SightedDeposit> => {
  const { by, told, sighting, small } = input;
  const known = await lockDeposit(work, told);
  const made = known === undefined ? await insertDeposit(deps, work, by, told) : undefined;
  const found = known ?? made ?? (await lockDeposit(work, told));
  if (found === undefined) throw new Error(`The deposit ${told.tx}/${told.log} was not made.`);
  if (found.address !== told.address || found.amountMicroUsdc !== told.amountMicroUsdc) {
    throw new DomainError(
      "DEPOSIT_CONFLICT",
      `The deposit ${told.tx}/${told.log} on ${told.chain} is recorded with another address or amount. ` +
        "A transaction hash and log index name one deposit: check both.",
    );
  }
  const deposit = await placed(deps, work, { by, deposit: found, block: told.block });
  const detail = placeOf(told.block);
  const step = { by, deposit, sighting, small, detail };
  return { ...(await stepDeposit(deps, work, step)), fresh: made !== undefined };
};
