import type { User } from "@closebell/identity";
import { userAccount, type StatementLine, type UserPurpose } from "@closebell/ledger";
import type { z } from "@hono/zod-openapi";
import type { balanceSchema, transferSchema, userSchema } from "../schemas/user.ts";

export const presentUser = (user: User): z.infer<typeof userSchema> => ({
  id: user.id,
  kind: user.kind,
  handle: user.handle,
  createdAt: user.createdAt.toString(),
});

/** A user's three accounts, from the balances by account code. */
export const presentBalance = (
  userId: string,
  balances: ReadonlyMap<string, bigint>,
): z.infer<typeof balanceSchema> => {
  const of = (purpose: UserPurpose) => balances.get(userAccount(userId, purpose)) ?? 0n;
  return {
    userId,
    availableMicroUsdc: String(of("available")),
    withdrawingMicroUsdc: String(of("withdrawing")),
    heldMicroUsdc: String(of("held")),
  };
};

export const presentTransfer = (line: StatementLine): z.infer<typeof transferSchema> => ({
  id: String(line.id),
  reference: line.reference,
  kind: line.kind,
  amountMicroUsdc: String(line.amount),
  postedAt: line.postedAt.toString(),
});
