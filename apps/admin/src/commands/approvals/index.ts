import type { AddCommand } from "../../program.ts";
import { addDecide } from "./decide.ts";
import { addApprovalList } from "./list.ts";

export const approvalsCommand: AddCommand = (program, cli) => {
  const approvals = program
    .command("approvals")
    .summary("what takes two people: what was asked for, and decide about it")
    .description(
      "What takes two people is recorded as a request at first. Somebody else approves or rejects it, and whoever asked does " +
        "the same again, within 24 hours.",
    );
  for (const add of [addApprovalList, addDecide]) add(approvals, cli);
};
