import type { By } from "@closebell/context";
import { recordAudit, transact, type Work } from "@closebell/database";
import { eq } from "drizzle-orm";
import { checkedReason } from "./checks.ts";
import { chainNamed, type CustodyDeps } from "./custody-deps.ts";
import { ensureChain } from "./ensure-chain.ts";
import { withdrawalSwitches } from "./tables.ts";
import { lockSwitch, type WithdrawalSwitch } from "./withdrawal-switch.ts";

interface Turn {
  readonly by: By;
  readonly chain: string;
  readonly reason: string;
}

/** Turns a chain's switch on or off, and says so in the audit, unless it stands that way already. */
export const turnSwitch = async (
  work: Work,
  { by, chain, reason }: Turn,
  on: boolean,
): Promise<WithdrawalSwitch> => {
  const before = await lockSwitch(work, chain, "update");
  if ((before.pausedAt !== null) === on) return before;
  const after = on
    ? { pausedAt: await work.now(), pausedBy: by.actor.id, reason }
    : { pausedAt: null, pausedBy: null, reason: null };
  await work.tx.update(withdrawalSwitches).set(after).where(eq(withdrawalSwitches.chain, chain));
  const { pausedBy: _, ...now } = after;
  await recordAudit(work, {
    by: { ...by, reason },
    action: on ? "withdrawals.pause" : "withdrawals.resume",
    subject: `chain/${chain}`,
    before: { pausedAt: before.pausedAt?.toString() ?? null, reason: before.reason },
    after: { pausedAt: now.pausedAt?.toString() ?? null, reason: now.reason },
  });
  return { chain, ...now };
};

/**
 * The kill switch: from when this returns nothing of a chain is approved, numbered or signed, be it a withdrawal or a sweep,
 * and nothing is handed in but what a process was about to at that very moment. Requests are still taken, and what is on its
 * way is watched. Paused again, it stays as it was.
 * @throws DomainError CHAIN_NOT_FOUND, VALIDATION_FAILED (no reason)
 */
export const pauseWithdrawals = async (
  deps: CustodyDeps,
  input: { readonly by: By; readonly chain: string },
): Promise<WithdrawalSwitch> => {
  const { by } = input;
  const chain = chainNamed(deps.chains, input.chain);
  const reason = checkedReason(by);
  return transact(deps, async (work) => {
    await ensureChain(work, chain);
    return turnSwitch(work, { by, chain: chain.name, reason }, true);
  });
};
