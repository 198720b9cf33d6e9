import type { Deps } from "@closebell/database";
import { eq } from "drizzle-orm";
import { conflict, operateRound, type OperateInput } from "./operate-round.ts";
import { round } from "./schema.ts";
import type { HeldReason, Round } from "./types.ts";

const setHeld = (
  deps: Deps,
  input: OperateInput,
  action: string,
  heldReason: HeldReason | null,
): Promise<Round> =>
  operateRound(deps, input, action, async (work, row) => {
    if (!["SCHEDULED", "OPEN", "LOCKED"].includes(row.state)) {
      throw conflict(row, "Its outcome is fixed, so it can't be held or released.");
    }
    await work.tx.update(round).set({ heldReason }).where(eq(round.id, row.id));
  });

/** Keeps a round from being settled or voided by its sources, until it is released or settled by hand. */
export const holdRound = (deps: Deps, input: OperateInput): Promise<Round> =>
  setHeld(deps, input, "round.hold", "OPERATOR");

/** Lets the sources settle a held round. One that moved above the guard is held again. */
export const releaseRound = (deps: Deps, input: OperateInput): Promise<Round> =>
  setHeld(deps, input, "round.release", null);
