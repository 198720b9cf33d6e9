import { type Command, Option } from "@commander-js/extra-typings";
import { type Approval, APPROVAL_STATES, getApproval, listApprovals } from "@closebell/database";
import type { Cli } from "../../cli.ts";
import { CURSOR, CURSOR_HELP, LIMIT, LIMIT_HELP, limitArgument, pageOf } from "../../input/page.ts";
import type { Column } from "../../output/table.ts";
import { approvalText } from "../../present/approval.ts";
import { pageAnswer } from "../../present/page.ts";

const COLUMNS: readonly Column<Approval>[] = [
  { title: "ID", of: ({ id }) => id },
  { title: "STATE", of: ({ state }) => state },
  { title: "WHAT", of: ({ action, subject }) => `${action} ${subject}` },
  { title: "ASKED BY", of: ({ requestedByName }) => requestedByName },
  { title: "WHY", of: ({ reason }) => reason },
  { title: "UNTIL", of: ({ expiresAt }) => expiresAt.toString() },
  { title: "DECIDED BY", of: ({ decidedByName }) => decidedByName ?? "-" },
];

/** `approvals list` and `approvals show`. */
export const addApprovalList = (approvals: Command, cli: Cli): void => {
  approvals
    .command("list")
    .description("Lists requests, newest first.")
    .addOption(new Option("--state <state>", "only in this state").choices(APPROVAL_STATES))
    .option(LIMIT, LIMIT_HELP, limitArgument)
    .option(CURSOR, CURSOR_HELP)
    .action(({ state, ...page }) =>
      cli.run(async ({ runtime, terminal }) =>
        pageAnswer(await listApprovals(runtime, { ...pageOf(page), state }), {
          json: (approval) => approval,
          columns: COLUMNS,
          none: "Nothing was asked for.",
          terminal,
        }),
      ),
    );
  approvals
    .command("show")
    .description("Shows one request with the whole effect of what is to be approved.")
    .argument("<id>", "which one")
    .action((approvalId) =>
      cli.run(async ({ runtime }) => {
        const approval = await getApproval(runtime, { approvalId });
        return { json: approval, text: approvalText(approval) };
      }),
    );
};
