import type { Command } from "@commander-js/extra-typings";
import { listStaff } from "@closebell/identity";
import type { Cli } from "../../cli.ts";
import { CURSOR, CURSOR_HELP, LIMIT, LIMIT_HELP, limitArgument, pageOf } from "../../input/page.ts";
import { pageAnswer } from "../../present/page.ts";
import { STAFF_COLUMNS } from "../../present/staff.ts";

/** `staff list`: who works here. */
export const addStaffList = (staff: Command, cli: Cli): void => {
  staff
    .command("list")
    .description("Lists members of staff and their roles, newest first.")
    .option(LIMIT, LIMIT_HELP, limitArgument)
    .option(CURSOR, CURSOR_HELP)
    .action((options) =>
      cli.run(async ({ runtime, terminal }) =>
        pageAnswer(await listStaff(runtime, pageOf(options)), {
          json: (member) => member,
          columns: STAFF_COLUMNS,
          none: "Nobody works here yet.",
          terminal,
        }),
      ),
    );
};
