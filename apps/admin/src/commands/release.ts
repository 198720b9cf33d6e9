import { releaseRound } from "@closebell/rounds";
import { operateCommand } from "./operate.ts";

export const releaseCommand = operateCommand({
  name: "release",
  summary: "let a held round settle by itself",
  description: "Lets a held round settle by itself again: its sources are asked anew.",
  verb: releaseRound,
});
