import type { Terminal } from "../output/terminal.ts";
import { UsageError } from "../output/usage-error.ts";

/**
 * Why something is changed: as the command line says, or as whoever sits at the terminal answers.
 * @throws UsageError where neither says
 */
export const reasonFor = async (given: string | undefined, terminal: Terminal): Promise<string> => {
  const reason = given?.trim() ?? (await terminal.ask("Why? "))?.trim() ?? "";
  if (reason !== "") return reason;
  throw new UsageError('Say why: --reason "…". It is recorded with your name.');
};
