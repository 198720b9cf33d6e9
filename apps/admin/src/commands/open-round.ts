import { openRound } from "@closebell/rounds";
import { operateCommand } from "./operate.ts";

export const openRoundCommand = operateCommand({
  name: "open-round",
  summary: "open a round now",
  description:
    "Opens the round of a coming session now, if it is not open yet. Rounds open by themselves; this is for one that " +
    "should take bets before its time.",
  verb: openRound,
});
