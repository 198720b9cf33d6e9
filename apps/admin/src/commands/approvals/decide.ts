import type { Command } from "@commander-js/extra-typings";
import { DomainError } from "@closebell/context";
import { decideApproval, getApproval } from "@closebell/database";
import { mayDecide } from "@closebell/identity";
import type { Cli } from "../../cli.ts";
import { approvalText } from "../../present/approval.ts";

const DECISIONS = [
  { decision: "approve", description: "Lets whoever asked do it, once." },
  { decision: "reject", description: "Says no." },
] as const;

/** `approvals approve` and `approvals reject`. */
export const addDecide = (approvals: Command, cli: Cli): void => {
  for (const { decision, description } of DECISIONS) {
    approvals
      .command(decision)
      .description(`${description} For somebody else's request that you could have made yourself.`)
      .argument("<id>", "which one")
      .action((approvalId) =>
        cli.run(async ({ runtime, by, principal }) => {
          const asked = await getApproval(runtime, { approvalId });
          if (!mayDecide(principal.permissions, asked.action)) {
            throw new DomainError(
              "FORBIDDEN",
              `${asked.action} is for others to decide about: it takes somebody who may do it themselves.`,
            );
          }
          const approval = await decideApproval(runtime, { by, approvalId, decision });
          return { json: approval, text: approvalText(approval) };
        }),
      );
  }
};
