import { readFile } from "node:fs/promises";
import { writePrivate } from "@closebell/runtime";

/** Keys by the service they are for; whatever else the file holds is left out. */
const readAll = async (file: string): Promise<Record<string, string>> => {
  try {
    const value: unknown = JSON.parse(await readFile(file, "utf8"));
    const entries = Object.entries(Object(value)).filter(([, key]) => typeof key === "string");
    return Object.fromEntries(entries.map(([service, key]) => [service, String(key)]));
  } catch {
    return {};
  }
};

/** The key that `login` keeps for this service, if there is one. */
export const savedKey = async (file: string, service: string): Promise<string | undefined> =>
  (await readAll(file))[service];

/** Keeps a key for this service, where only this user can read it; another's for the same service goes. */
export const saveKey = async (file: string, service: string, key: string): Promise<void> => {
  const all = { ...(await readAll(file)), [service]: key };
  await writePrivate(file, `${JSON.stringify(all, null, 2)}\n`);
};
