import { chmod, cp } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";

/**
 * Copies what a data folder keeps secret beside its database, over what is there: without it, what the database has sealed can't
 * be read any more. Nothing where there is none.
 */
export const copySecrets = async (from: string, to: string): Promise<void> => {
  const source = join(from, "secrets");
  if (!existsSync(source)) return;
  const target = join(to, "secrets");
  await cp(source, target, { recursive: true, force: true });
  await chmod(target, 0o700);
};
