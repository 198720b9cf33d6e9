import { lockRound } from "@closebell/rounds";
import { operateCommand } from "./operate.ts";

export const lockRoundCommand = operateCommand({
  name: "lock-round",
  summary: "lock a round now",
  description: "Locks an open round now: it takes no more bets, and settles when planned.",
  verb: lockRound,
});
