import type { User } from "@closebell/identity";
import type { StatementLine, UserBalances } from "@closebell/ledger";
import type { z } from "@hono/zod-openapi";
import type { balanceSchema, transferSchema, userSchema } from "../schemas/user.ts";

export const presentUser = (user: User): z.infer<typeof userSchema> => ({
  id: user.id,
  kind: user.kind,
  handle: user.handle,
  createdAt: user.createdAt.toString(),
});

/** What a user's three accounts hold; nothing for whoever has none. */
export const presentBalance = (
  userId: string,
  balances: UserBalances | undefined,
): z.infer<typeof balanceSchema> => ({
  userId,
  availableMicroUsdc: String(balances?.available ?? 0n),
  withdrawingMicroUsdc: String(balances?.withdrawing ?? 0n),
  heldMicroUsdc: String(balances?.held ?? 0n),
});

export const presentTransfer = (line: StatementLine): z.infer<typeof transferSchema> => ({
  id: String(line.id),
  reference: line.reference,
  kind: line.kind,
  amountMicroUsdc: String(line.amount),
  postedAt: line.postedAt.toString(),
});
