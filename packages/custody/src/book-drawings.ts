import { DomainError, type By } from "@closebell/context";
import { approved, recordAudit, transact, type Work } from "@closebell/database";
import { balancesOf, custodyAccount } from "@closebell/ledger";
import { formatUsdc, microUsdc, type MicroUsdc } from "@closebell/money";
import { and, eq, sql } from "drizzle-orm";
import type { ChainTransfer } from "./chain.ts";
import { checkedReason, checkedTransaction } from "./checks.ts";
import { chainNamed, type CustodyDeps } from "./custody-deps.ts";
import type { Drawing, DrawingAccount } from "./drawing.ts";
import { findDrawn } from "./find-drawn.ts";
import { postOne } from "./post-one.ts";
import { drawings } from "./tables.ts";
import { KIND } from "./transfer-kinds.ts";

/** Who books what an owner took out, and of which account of the house. */
export interface BookDrawings {
  /** With a reason. */
  readonly by: By;
  readonly chain: string;
  /** The transaction that paid it: 0x and 64 hex digits. */
  readonly tx: string;
  readonly account: DrawingAccount;
}

const ACTION = "chain.draw";

/** One at a time: who comes second finds what the first has booked, and what is left. */
const lockDrawings = (work: Work) =>
  work.tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('custody.drawing', 0))`);

/** What of it is not booked yet: what a wallet paid that was not known as ours at the time may come later. */
const unbookedOf = async (
  work: Work,
  { chain, tx }: BookDrawings,
  drawn: readonly ChainTransfer[],
): Promise<readonly ChainTransfer[]> => {
  const booked = await work.tx
    .select({ log: drawings.log })
    .from(drawings)
    .where(and(eq(drawings.chain, chain), eq(drawings.tx, tx)));
  const known = new Set(booked.map(({ log }) => log));
  const left = drawn.filter(({ log }) => !known.has(log));
  if (left.length > 0) return left;
  throw new DomainError(
    "TRANSFER_CONFLICT",
    `${tx} is booked already: \`chain drawings\` shows it. There is nothing left to do.`,
  );
};

const balanceOf = async (work: Work, account: DrawingAccount): Promise<bigint> =>
  (await balancesOf(work.tx, [account])).get(account) ?? 0n;

const judgeCovered = (account: DrawingAccount, held: bigint, amount: bigint): void => {
  if (amount <= held) return;
  const there = held < 0n ? `is ${formatUsdc(microUsdc(-held))} USDC below zero` : holds(held);
  throw new DomainError(
    "INSUFFICIENT_FUNDS",
    `${account} ${there}, and ${formatUsdc(microUsdc(amount))} were taken out. Book it from the other account where that holds it ` +
      "all; else pay back to a wallet of the house what house/capital lacks, and book it from there.",
  );
};

const holds = (held: bigint): string => `holds ${formatUsdc(microUsdc(held))} USDC`;

const post = async (work: Work, by: By, drawing: Drawing): Promise<void> => {
  const transfer = {
    ref: drawing.id,
    debit: drawing.account,
    credit: custodyAccount(drawing.chain),
    amount: drawing.amountMicroUsdc,
  };
  await postOne(work, { by, kind: KIND.drawing, recordedAt: drawing.createdAt, transfer });
};

/** Row and transfer of each, and the record of all. */
const book = async (
  deps: CustodyDeps,
  work: Work,
  what: { readonly input: BookDrawings; readonly reason: string; readonly approval: string } & {
    readonly left: readonly ChainTransfer[];
  },
): Promise<readonly Drawing[]> => {
  const { input, reason, approval, left } = what;
  const { by, chain, tx, account } = input;
  const createdAt = await work.now();
  const rows = left.map(({ log, block, from, to, amount }) => ({
    id: deps.ids.uuid(),
    chain,
    tx,
    log,
    blockNumber: block.number,
    blockHash: block.hash,
    address: from,
    to,
    amountMicroUsdc: amount,
    account,
    approval,
    actor: by.actor.id,
    reason,
    createdAt,
  }));
  const booked = await work.tx.insert(drawings).values(rows).returning();
  for (const drawing of booked) await post(work, by, drawing);
  const after = {
    account,
    approval,
    drawings: booked.map(({ id, log, to, amountMicroUsdc }) => ({ id, log, to, amountMicroUsdc })),
  };
  await recordAudit(work, { by, action: ACTION, subject: `${chain}/${tx}`, after });
  return booked;
};

const sumOf = (transfers: readonly ChainTransfer[]): MicroUsdc =>
  microUsdc(transfers.reduce((sum, { amount }) => sum + amount, 0n));

/**
 * Books what an owner paid himself out of a hot or cold wallet, by its transaction: amount, block and payee come from the chain.
 * All that the transaction paid to addresses that are not ours is taken out of the one account. Takes two people.
 * @throws DomainError CHAIN_NOT_FOUND, CHAIN_SIMULATED, CHAIN_UNAVAILABLE, VALIDATION_FAILED (no reason, no hash),
 *   TRANSFER_NOT_FOUND (it took nothing out), TRANSFER_CONFLICT (not final, not by hand, within the house, or booked already),
 *   INSUFFICIENT_FUNDS, APPROVAL_REQUIRED
 */
export const bookDrawings = async (
  deps: CustodyDeps,
  given: BookDrawings,
): Promise<readonly Drawing[]> => {
  const input = { ...given, tx: checkedTransaction(given.tx) };
  const { by, tx, account } = input;
  const reason = checkedReason(by);
  const chain = chainNamed(deps.chains, input.chain);
  if (chain.simulated) {
    throw new DomainError(
      "CHAIN_SIMULATED",
      `${chain.name} is simulated: no money is on it, so nobody can take any out.`,
    );
  }
  const drawn = await findDrawn(deps, chain, tx);
  const booked = await transact(deps, async (work) => {
    await lockDrawings(work);
    const left = await unbookedOf(work, input, drawn);
    const amountMicroUsdc = sumOf(left);
    // before anybody is asked to approve what can't be done
    judgeCovered(account, await balanceOf(work, account), amountMicroUsdc);
    const subject = `${chain.name}/${tx}`;
    const content = { chain: chain.name, tx, account, amountMicroUsdc, transfers: left };
    const approval = await approved(work, { by, action: ACTION, subject, content });
    const rows = await book(deps, work, { input, reason, approval, left });
    // once more, now that it is locked: capital has no floor of its own
    const held = (await balanceOf(work, account)) + amountMicroUsdc;
    judgeCovered(account, held, amountMicroUsdc);
    return rows;
  });
  for (const { id, amountMicroUsdc } of booked) {
    const fields = { drawingId: id, chain: chain.name, tx, account };
    deps.log.info(
      { ...fields, amountMicroUsdc: amountMicroUsdc.toString() },
      "a drawing is booked",
    );
  }
  return booked;
};
