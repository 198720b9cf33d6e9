import type { Protection } from "@closebell/protection";
import { facts } from "../output/table.ts";
import { usdc } from "./money.ts";

/** How a player is protected, a line for each restriction and limit. */
export const protectionText = ({ userId, restrictions, limits }: Protection): string =>
  facts([
    ["user", userId],
    ["may bet", restrictions.length === 0 ? "yes" : "no; withdrawals go on"],
    ...restrictions.map(
      ({ kind, since, until }) =>
        [
          kind,
          `since ${since.toString()}, ${until === null ? "no end" : `until ${until.toString()}`}`,
        ] as const,
    ),
    ...limits.map(({ kind, period, amount, used, pending }) => {
      const now = amount === null ? "none" : `${usdc(amount)} USDC, ${usdc(used)} used`;
      const next = pending?.amount == null ? "none" : `${usdc(pending.amount)} USDC`;
      const later = pending === null ? "" : `; ${next} from ${pending.from.toString()}`;
      return [`${kind} a ${period}`, now + later] as const;
    }),
  ]);

/** The same for programs. */
export const protectionJson = ({ userId, restrictions, limits }: Protection): object => ({
  userId,
  suspended: restrictions.length > 0,
  restrictions,
  limits: limits.map(({ amount, used, remaining, pending, ...limit }) => ({
    ...limit,
    amountMicroUsdc: amount,
    usedMicroUsdc: used,
    remainingMicroUsdc: remaining,
    pending: pending === null ? null : { amountMicroUsdc: pending.amount, from: pending.from },
  })),
});
