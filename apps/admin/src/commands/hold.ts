import { holdRound } from "@closebell/rounds";
import { operateCommand } from "./operate.ts";

export const holdCommand = operateCommand({
  name: "hold",
  summary: "settle a round by nobody but you",
  description:
    "Keeps a locked round from settling by itself, until it is released or settled by hand. Needs --reason.",
  verb: holdRound,
});
