import { DomainError, type By } from "@closebell/context";
import type { Deps } from "@closebell/database";
import { protectionOf, type Protection } from "./protection-of.ts";
import { restrict } from "./restriction.ts";

/** @throws DomainError VALIDATION_FAILED where `by` gives none */
export const reasonOf = (by: By): string => {
  const reason = by.reason?.trim() ?? "";
  if (reason !== "") return reason;
  throw new DomainError("VALIDATION_FAILED", "Say why: this needs a reason.", {
    errors: [{ pointer: "/reason", detail: "must say why" }],
  });
};

/**
 * Refuses a player's bets until the block is lifted, for the reason in `by`. Blocked already, he stays so.
 * @throws DomainError USER_NOT_FOUND, VALIDATION_FAILED without a reason, OVERLOADED
 */
export const blockUser = async (
  deps: Deps,
  input: { readonly by: By; readonly userId: string },
): Promise<Protection> => {
  const { by, userId } = input;
  await restrict(deps, { by, userId, kind: "block", lasts: null, reason: reasonOf(by) });
  return protectionOf(deps, { userId });
};
