import type { Work } from "@closebell/database";
import { and, eq } from "drizzle-orm";
import { DUE } from "./due.ts";
import { conflict } from "./operate-round.ts";
import { round, type RoundRow } from "./schema.ts";

/** What an answer of a round's sources rests on. */
export type Seen = Pick<RoundRow, "heldReason" | "previousDate">;

/**
 * Asking sources takes seconds, in which an operator may act: what they say counts only for the round as it was `seen`.
 * @throws DomainError ROUND_STATE_CONFLICT (held or released since, its session cancelled, or the one before)
 */
export const checkSeen = async (work: Work, row: RoundRow, seen: Seen): Promise<void> => {
  const [cancelled] = await work.tx
    .select({ id: round.id })
    .from(round)
    .where(and(eq(round.id, row.id), DUE.cancelled));
  if (
    cancelled === undefined &&
    row.heldReason === seen.heldReason &&
    row.previousDate === seen.previousDate
  ) {
    return;
  }
  throw conflict(
    row,
    "An operator held or released it, or the calendar changed, while its sources were asked. Read it again.",
  );
};
