import { DomainError } from "@closebell/context";
import type { Work } from "@closebell/database";
import { refuseSanctioned } from "@closebell/protection";

/**
 * Why a user may not be paid any more, whatever he asked for before; undefined where he may. To be asked at each step up to
 * the first signature: the word may come while a withdrawal waits.
 */
export const whyNotPayable = async (
  work: Pick<Work, "tx">,
  userId: string,
): Promise<string | undefined> => {
  try {
    await refuseSanctioned(work, userId);
    return undefined;
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== "SCREENING_REFUSED") throw error;
    return "sanctions forbid to pay the user until a screening has passed him";
  }
};
