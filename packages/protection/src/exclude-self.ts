import { DomainError, type By } from "@closebell/context";
import type { Deps } from "@closebell/database";
import { protectionOf, type Protection } from "./protection-of.ts";
import { restrict, restrictionStands } from "./restriction.ts";

const SHORTEST_MONTHS = 6;
const LONGEST_MONTHS = 60;

/**
 * Shuts a player out for six months to five years, or for good (`months` null): in force at once, without a day to think it
 * over (UKGC LCCP, SR code 3.5.3 and ordinary code 3.5.4; MGA Player Protection Directive, art. 11). Nobody can lift it
 * before the end of its term; asked for again it may only last longer. It outlasts its term until `returnToPlay`. What he owns
 * he may withdraw.
 * @throws DomainError USER_NOT_FOUND, VALIDATION_FAILED, RESTRICTION_STANDS, OVERLOADED
 */
export const excludeSelf = async (
  deps: Deps,
  input: { readonly by: By; readonly userId: string; readonly months: number | null },
): Promise<Protection> => {
  const { by, userId, months } = input;
  if (
    months !== null &&
    (!Number.isInteger(months) || months < SHORTEST_MONTHS || months > LONGEST_MONTHS)
  ) {
    const detail = `must be ${SHORTEST_MONTHS} to ${LONGEST_MONTHS} whole months, or null for good`;
    throw new DomainError("VALIDATION_FAILED", `A self-exclusion ${detail}.`, {
      errors: [{ pointer: "/months", detail }],
    });
  }
  const lasts = months === null ? null : `${months} months`;
  if (await restrict(deps, { by, userId, kind: "self-exclusion", lasts }))
    return protectionOf(deps, { userId });
  throw restrictionStands("self-exclusion");
};
