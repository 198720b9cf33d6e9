import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Command } from "@commander-js/extra-typings";
import type { Cli } from "../../cli.ts";
import { facts } from "../../output/table.ts";
import { UsageError } from "../../output/usage-error.ts";

const FILES = { phrase: "recovery-phrase", deposits: "deposits", hotWallet: "hot-wallet" } as const;

/** For this user's eyes only, and never over another key. */
const writeSecret = async (path: string, secret: string): Promise<void> => {
  try {
    await writeFile(path, `${secret}\n`, { mode: 0o400, flag: "wx" });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") {
      throw new UsageError(`${path} exists: keys are never written over. Name an empty folder.`);
    }
    throw error;
  }
};

/** Files first in which a key would be lost for good. */
const writeKeys = async (folder: string) => {
  const { custodyKeys, newPhrase } = await import("@closebell/adapters/chain/evm");
  const phrase = newPhrase();
  const { xpub, xprv, hotWallet, coldWallet } = custodyKeys(phrase);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeSecret(join(folder, FILES.phrase), phrase);
  await writeSecret(join(folder, FILES.deposits), xprv);
  await writeSecret(join(folder, FILES.hotWallet), hotWallet.key);
  return { xpub, hotWallet: hotWallet.address, coldWallet };
};

/** `chain keys`: makes the keys of a real chain. */
export const addKeys = (chain: Command, cli: Cli): void => {
  chain
    .command("keys")
    .summary("make new keys for a real chain")
    .description(
      "Makes a recovery phrase of 24 words and the keys that come from it, in files that only you can read, and prints what " +
        "is not secret: the settings of the service. Do it on a machine you trust, and take the phrase off it.",
    )
    .requiredOption("--to <folder>", "where to put the files")
    .action(({ to }) =>
      cli.bare(async () => {
        const folder = resolve(to);
        const { xpub, hotWallet, coldWallet } = await writeKeys(folder);
        const settings = {
          EVM_XPUB: xpub,
          EVM_HOT_WALLET_ADDRESS: hotWallet,
          EVM_COLD_WALLET_ADDRESS: coldWallet,
          EVM_DEPOSIT_KEY_FILE: join(folder, FILES.deposits),
          EVM_HOT_WALLET_KEY_FILE: join(folder, FILES.hotWallet),
        };
        return {
          json: { ...settings, recoveryPhraseFile: join(folder, FILES.phrase) },
          text: [
            facts(Object.entries(settings)),
            `\nThe phrase is in ${join(folder, FILES.phrase)}: whoever has it has everything. Write it down, then delete it.`,
          ].join("\n"),
        };
      }),
    );
};
