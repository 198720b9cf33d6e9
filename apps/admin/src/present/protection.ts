import type { Protection, Restriction } from "@closebell/protection";
import { facts } from "../output/table.ts";
import { usdc } from "./money.ts";

/** Since when, and how long yet: a self-exclusion outlasts its term until its player asks to play again. */
const standing = ({ kind, since, until, overAt }: Restriction): string => {
  const term = until === null ? "no end" : `until ${until.toString()}`;
  const asked = overAt === null ? "" : `; over at ${overAt.toString()}`;
  const word = kind === "self-exclusion" && until !== null ? asked || " or longer" : "";
  return `since ${since.toString()}, ${term}${word}`;
};

/** How a player is protected, a line for each restriction and limit. */
export const protectionText = ({ userId, restrictions, limits }: Protection): string =>
  facts([
    ["user", userId],
    ["may bet", restrictions.length === 0 ? "yes" : "no; withdrawals go on"],
    ...restrictions.map((restriction) => [restriction.kind, standing(restriction)] as const),
    ...limits.map(({ kind, period, amount, used, pending }) => {
      const now = amount === null ? "none" : `${usdc(amount)} USDC, ${usdc(used)} used`;
      const next = pending?.amount == null ? "none" : `${usdc(pending.amount)} USDC`;
      const later =
        pending === null
          ? ""
          : `; ${next} if confirmed from ${pending.from.toString()} until ${pending.until.toString()}`;
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
    pending:
      pending === null
        ? null
        : { amountMicroUsdc: pending.amount, from: pending.from, until: pending.until },
  })),
});
