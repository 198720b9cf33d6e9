import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DomainError } from "@closebell/context";
import { z } from "zod";

const content = z.object({
  format: z.literal(1),
  madeAt: z.string(),
  how: z.enum(["hot", "cold"]),
  postgres: z.string(),
  files: z.int(),
  bytes: z.int(),
});

/** What a backup tells about itself, in its `backup.json`. `hot`: made while the server ran. */
export type BackupFile = z.infer<typeof content>;

/** Where a backup keeps PostgreSQL's files. */
export const clusterOf = (backup: string): string => join(backup, "postgres");

const pathOf = (backup: string): string => join(backup, "backup.json");

export const writeBackupFile = (backup: string, file: BackupFile): Promise<void> =>
  writeFile(pathOf(backup), `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 });

/** @throws DomainError VALIDATION_FAILED where the folder holds no finished backup */
export const readBackupFile = async (backup: string): Promise<BackupFile> => {
  try {
    return content.parse(JSON.parse(await readFile(pathOf(backup), "utf8")));
  } catch (error) {
    throw new DomainError(
      "VALIDATION_FAILED",
      `${backup} holds no backup: name the folder that \`backup\` made.`,
      { cause: error },
    );
  }
};
