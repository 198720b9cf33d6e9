import { DomainError, type By } from "@closebell/context";
import type { Deps, Work } from "@closebell/database";
import { and, eq } from "drizzle-orm";
import type { ChainTransfer } from "./chain.ts";
import type { Funding } from "./funding.ts";
import { moveFunding, noteFunding } from "./move-funding.ts";
import { fundings } from "./tables.ts";

const lockFunding = async (
  work: Work,
  chain: string,
  { tx, log }: ChainTransfer,
): Promise<Funding | undefined> => {
  const [funding] = await work.tx
    .select()
    .from(fundings)
    .where(and(eq(fundings.chain, chain), eq(fundings.tx, tx), eq(fundings.log, log)))
    .for("update");
  return funding;
};

const insertFunding = async (
  deps: Pick<Deps, "ids">,
  work: Work,
  { by, chain, told }: SightFunding,
): Promise<Funding | undefined> => {
  const [funding] = await work.tx
    .insert(fundings)
    .values({
      id: deps.ids.uuid(),
      chain,
      tx: told.tx,
      log: told.log,
      address: told.to,
      from: told.from,
      amountMicroUsdc: told.amount,
      state: "SEEN",
      blockNumber: told.block.number,
      blockHash: told.block.hash,
      final: false,
      createdAt: await work.now(),
    })
    .onConflictDoNothing({ target: [fundings.chain, fundings.tx, fundings.log] })
    .returning();
  if (funding === undefined) return undefined;
  await noteFunding(deps, work, { by, funding, to: "SEEN", detail: placeOf(told) });
  return funding;
};

const placeOf = ({ block }: ChainTransfer): string => `block ${block.number} ${block.hash}`;

interface SightFunding {
  readonly by: By;
  readonly chain: string;
  /** To a wallet of the house, from outside. */
  readonly told: ChainTransfer;
}

/**
 * Records that an operator's money stands in a block; booked once it is final. `fresh`: nobody had told of it before.
 * @throws DomainError DEPOSIT_CONFLICT
 */
export const sightFunding = async (
  deps: Pick<Deps, "ids">,
  work: Work,
  input: SightFunding,
): Promise<{ readonly funding: Funding; readonly fresh: boolean }> => {
  const { by, chain, told } = input;
  const known = await lockFunding(work, chain, told);
  const made = known === undefined ? await insertFunding(deps, work, input) : undefined;
  let funding = known ?? made ?? (await lockFunding(work, chain, told));
  if (funding === undefined) throw new Error(`The funding ${told.tx}/${told.log} was not made.`);
  if (funding.address !== told.to || funding.amountMicroUsdc !== told.amount) {
    throw new DomainError(
      "DEPOSIT_CONFLICT",
      `The funding ${told.tx}/${told.log} on ${chain} is recorded with another wallet or amount.`,
    );
  }
  const detail = placeOf(told);
  if (funding.blockHash !== told.block.hash) {
    const place = {
      blockNumber: told.block.number,
      blockHash: told.block.hash,
      final: false,
    };
    await work.tx.update(fundings).set(place).where(eq(fundings.id, funding.id));
    funding = { ...funding, ...place };
    await noteFunding(deps, work, { by, funding, to: funding.state, detail });
  }
  if (funding.state === "REORGED") {
    const to = funding.bookedAt === null ? "SEEN" : "BOOKED";
    funding = await moveFunding(deps, work, { by, funding, to, detail });
  }
  return { funding, fresh: made !== undefined };
};
