import { DomainError, type By } from "@closebell/context";
import type { Deps } from "@closebell/database";
import { protectionOf, type Protection } from "./protection-of.ts";
import { restrict, restrictionStands } from "./restriction.ts";

const SHORTEST_HOURS = 24;
const LONGEST_HOURS = 42 * 24;

/**
 * A break of 24 hours to six weeks, chosen by the player and in force at once (UKGC LCCP, SR code 3.3.4: 24 hours, one week,
 * one month, or such other period up to six weeks). Nobody can end it early; asked for again it may only last longer.
 * @throws DomainError USER_NOT_FOUND, VALIDATION_FAILED, RESTRICTION_STANDS, OVERLOADED
 */
export const takeTimeOut = async (
  deps: Deps,
  input: { readonly by: By; readonly userId: string; readonly hours: number },
): Promise<Protection> => {
  const { by, userId, hours } = input;
  if (!Number.isInteger(hours) || hours < SHORTEST_HOURS || hours > LONGEST_HOURS) {
    const detail = `must be ${SHORTEST_HOURS} to ${LONGEST_HOURS} whole hours`;
    throw new DomainError("VALIDATION_FAILED", `A time-out ${detail}.`, {
      errors: [{ pointer: "/hours", detail }],
    });
  }
  if (await restrict(deps, { by, userId, kind: "time-out", lasts: `${hours} hours` }))
    return protectionOf(deps, { userId });
  throw restrictionStands("time-out");
};
