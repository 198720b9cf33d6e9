import type { AddCommand } from "../../program.ts";
import { addAttempts } from "./attempts.ts";
import { addChecks } from "./checks.ts";
import { addProbe } from "./probe.ts";
import { addRecheck } from "./recheck.ts";

export const oracleCommand: AddCommand = (program, cli) => {
  const oracle = program
    .command("oracle")
    .summary("price sources: what they say, said, and say now")
    .description(
      "Where closes come from: ask every source, read the evidence, compare with later.",
    );
  for (const add of [addProbe, addAttempts, addChecks, addRecheck]) add(oracle, cli);
};
