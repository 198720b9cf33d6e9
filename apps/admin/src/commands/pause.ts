import { pauseRound } from "@closebell/rounds";
import { operateCommand } from "./operate.ts";

export const pauseCommand = operateCommand({
  name: "pause",
  summary: "take no bets for now",
  description: "Refuses bets on a round until it is resumed. It locks and settles as planned.",
  verb: pauseRound,
});
