import { resolve } from "node:path";
import { DomainError } from "@closebell/context";
import { backUpEmbedded } from "@closebell/database/embedded";
import type { Config } from "@closebell/runtime";
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
      "Copies the embedded database under DATA_DIR (a sandbox has its own: DATA_DIR/sandbox) into a new folder, whether the service runs (it goes on meanwhile) or " +
        "not. The copy is then restored into a temporary folder, started and audited.",
    )
    .requiredOption("--to <folder>", "the folder to make")
    .option("--no-verify", "trust the copy")
    .action(({ to, verify }) =>
      cli.bare(async ({ config, log, terminal }) => {
        checkEmbedded(config);
        const path = resolve(to);
        const file = await backUpEmbedded({ dataDir: config.dataDir, to: path });
        if (verify) terminal.talk("Copied. Starting the copy to audit it …");
        const audit = verify ? await verifyBackup(path, log) : undefined;
        return backupAnswer({ path, label: "backup" }, file, audit);
      }),
    );
};
