import { resolve } from "node:path";
import { restoreEmbedded } from "@closebell/database/embedded";
import { backupAnswer } from "../backup/present-backup.ts";
import { auditInstance } from "../backup/verify-backup.ts";
import type { AddCommand } from "../program.ts";
import { checkEmbedded } from "./backup.ts";

export const restoreCommand: AddCommand = (program, cli) => {
  program
    .command("restore")
    .summary("bring back a backup")
    .description(
      "Puts a backup in place of the embedded database under DATA_DIR, starts it once and audits it. No service may run " +
        "there. A database that is there is replaced only with --force.",
    )
    .requiredOption("--from <folder>", "a folder that `backup` made")
    .option("--force", "replace the database that is there")
    .action(({ from, force }) =>
      cli.bare(async ({ config, log, terminal }) => {
        checkEmbedded(config);
        const { dataDir } = config;
        const file = await restoreEmbedded({ from: resolve(from), dataDir, force: force === true });
        terminal.talk("Restored. Starting it to audit it …");
        const audit = await auditInstance(dataDir, log);
        return backupAnswer({ path: dataDir, label: "restored to" }, file, audit);
      }),
    );
};
