import type { Executor, Work } from "@closebell/database";
import { and, eq, sql } from "drizzle-orm";
import { senders } from "./tables.ts";

/** Whose numbers, and which one the chain says comes next. */
export interface SenderNumbers {
  readonly chain: string;
  readonly sender: string;
  readonly latest: number;
}

const ofSender = ({ chain, sender }: Omit<SenderNumbers, "latest">) =>
  and(eq(senders.chain, chain), eq(senders.address, sender));

/** Leaves aside the numbers below `latest` that were never given out here. */
export const skipForeignNumbers = async (work: Work, input: SenderNumbers): Promise<void> => {
  await work.tx
    .update(senders)
    .set({ nextNonce: sql`greatest(${senders.nextNonce}, ${input.latest}::integer)` })
    .where(ofSender(input));
};

/** The number that comes next here; undefined for who has never sent anything. */
export const nextNumber = async (
  on: Executor,
  of: Omit<SenderNumbers, "latest">,
): Promise<number | undefined> => {
  const [row] = await on.select({ next: senders.nextNonce }).from(senders).where(ofSender(of));
  return row?.next;
};

/**
 * Lets nobody else hand out numbers of a sender until the transaction ends, so that what it still has to pay can be added up
 * before one more is given out.
 */
export const holdNumbers = async (work: Work, input: SenderNumbers): Promise<void> => {
  const { chain, sender: address, latest } = input;
  await work.tx
    .insert(senders)
    .values({ chain, address, firstNonce: latest, nextNonce: latest })
    .onConflictDoNothing();
  await work.tx
    .select({ next: senders.nextNonce })
    .from(senders)
    .where(ofSender(input))
    .for("update");
};

/**
 * Takes the next number, once among all that ask at the same time. Undefined where the chain has mined one that was never
 * given out: then somebody else signs with the same key, and nothing can be said of the numbers any more.
 */
export const takeNumber = async (work: Work, input: SenderNumbers): Promise<number | undefined> => {
  await holdNumbers(work, input);
  const [taken] = await work.tx
    .update(senders)
    .set({ nextNonce: sql`${senders.nextNonce} + 1` })
    .where(and(ofSender(input), sql`${senders.nextNonce} >= ${input.latest}::integer`))
    .returning({ next: senders.nextNonce });
  return taken && taken.next - 1;
};

/** Numbers, at most `limit`, that were passed over: given out by nobody, and holding up all that come after. */
export const gapsOf = async (
  on: Executor,
  { chain, sender, latest }: SenderNumbers,
  limit: number,
): Promise<readonly number[]> => {
  const rows = await on.execute<{ nonce: number }>(sql`
    select n as nonce from custody.sender s,
      generate_series(greatest(s.first_nonce, ${latest}::integer), s.next_nonce - 1) n
    where s.chain = ${chain} and s.address = ${sender} and not exists (
      select from custody.payment p where p.chain = s.chain and p.sender = s.address and p.nonce = n)
    order by n limit ${limit}`);
  return rows.map(({ nonce }) => nonce);
};
