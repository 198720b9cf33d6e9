import type { Deps } from "@closebell/database";
import { eq } from "drizzle-orm";
import { conflict, operateRound, type OperateInput } from "./operate-round.ts";
import { round, type RoundRow } from "./schema.ts";
import type { Round } from "./types.ts";

const setPaused = (deps: Deps, input: OperateInput, paused: boolean): Promise<Round> =>
  operateRound(
    deps,
    input,
    paused ? "round.pause" : "round.resume",
    async (work, row: RoundRow) => {
      if (row.state !== "SCHEDULED" && row.state !== "OPEN") {
        throw conflict(row, "Only a round that takes bets, or will, can be paused or resumed.");
      }
      await work.tx.update(round).set({ paused }).where(eq(round.id, row.id));
    },
  );

/** Refuses bets on a round until it is resumed; it locks and settles as planned. Pausing twice is harmless. */
export const pauseRound = (deps: Deps, input: OperateInput): Promise<Round> =>
  setPaused(deps, input, true);

/** Lets a paused round take bets again. */
export const resumeRound = (deps: Deps, input: OperateInput): Promise<Round> =>
  setPaused(deps, input, false);
