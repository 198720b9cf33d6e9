import { resolve } from "node:path";
import { DomainError } from "@closebell/context";
import { backUpEmbedded } from "@closebell/database/embedded";
import type { Config } from "@closebell/runtime";
import { folderToCopy } from "../backup/folder-to-copy.ts";
import { backupAnswer } from "../backup/present-backup.ts";
import { verifyBackup } from "../backup/verify-backup.ts";
import type { AddCommand } from "../program.ts";

/** @throws DomainError FORBIDDEN where the database is a server's, which has means of its own */
export const checkEmbedded = ({ databaseUrl }: Config): void => {
  if (databaseUrl === undefined) return;
  throw new DomainError(
    "FORBIDDEN",
    "This is for the embedded database. For the server at DATABASE_URL use its own means: infra/backup has a job.",
  );
};

export const backupCommand: AddCommand = (program, cli) => {
  program
    .command("backup")
    .summary("copy the embedded database")
    .description(
      "Copies the embedded database into a new folder: the one that runs, the service's before the sandbox's (it goes on " +
        "meanwhile), else the one under DATA_DIR. The copy is then restored into a temporary folder, started and audited.",
    )
    .requiredOption("--to <folder>", "the folder to make")
    .option("--no-verify", "trust the copy")
    .action(({ to, verify }) =>
      cli.bare(async ({ config, log, terminal }) => {
        checkEmbedded(config);
        const path = resolve(to);
        const dataDir = await folderToCopy(config);
        const file = await backUpEmbedded({ dataDir, to: path });
        if (verify) terminal.talk(`Copied ${dataDir}. Starting the copy to audit it …`);
        const audit = verify ? await verifyBackup(path, log) : undefined;
        return backupAnswer({ path, label: "backup", copied: dataDir }, file, audit);
      }),
    );
};
