import { resumeRound } from "@closebell/rounds";
import { operateCommand } from "./operate.ts";

export const resumeCommand = operateCommand({
  name: "resume",
  summary: "take bets again",
  description: "Lets a paused round take bets again.",
  verb: resumeRound,
});
