import type { Command } from "@commander-js/extra-typings";
import { listAudit } from "@closebell/database";
import type { Cli } from "../../cli.ts";
import { CURSOR, CURSOR_HELP, LIMIT, LIMIT_HELP, limitArgument, pageOf } from "../../input/page.ts";
import { pageAnswer } from "../../present/page.ts";

/** `audit log`: the audit log, for people. */
export const addLog = (audit: Command, cli: Cli): void => {
  audit
    .command("log")
    .summary("who did what by hand, and why")
    .description(
      "The audit log, newest first: who did what, when, to what, and why. It is only ever added to.",
    )
    .option(LIMIT, LIMIT_HELP, limitArgument)
    .option(CURSOR, CURSOR_HELP)
    .action((options) =>
      cli.run(async ({ runtime, terminal }) => {
        const page = await listAudit(runtime, pageOf(options));
        return pageAnswer(page, {
          json: ({ id, ...record }) => ({ id: id.toString(), ...record }),
          columns: [
            { title: "AT", of: ({ at }) => at.toString() },
            { title: "WHO", of: ({ actorName }) => actorName },
            { title: "DID", of: ({ action }) => action },
            { title: "TO", of: ({ subject }) => subject },
            { title: "WHY", of: ({ reason }) => reason ?? "-" },
          ],
          none: "Nothing was done by hand yet.",
          terminal,
        });
      }),
    );
};
