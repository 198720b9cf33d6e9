import { join } from "node:path";
import type { Anvil, DevToken } from "@closebell/adapters/chain/dev";
import { parseUsdc } from "@closebell/money";
import { type Config, readConfigOf } from "@closebell/runtime";
import { throwAwayFolder } from "../throw-away-folder.ts";

/** A chain of one's own with a dollar on it, and the settings under which the service uses it. */
export interface DevChain {
  readonly config: Config;
  readonly anvil: Anvil;
  readonly token: DevToken;
  /** An outsider's address on it. */
  readonly outsider: string;
  /** How commands are run that find it: with a file that gives them the same settings. */
  readonly admin: string;
}

const WEI_PER_COIN = 10n ** 18n;

const settingsOf = async (anvil: Anvil, token: DevToken, folder: string) => {
  const { devKeys } = await import("@closebell/adapters/chain/dev");
  const { xpub, xprv, hotWallet, coldWallet } = devKeys();
  await anvil.setBalance(hotWallet.address, 10n * WEI_PER_COIN);
  // what an operator brings in: withdrawals can be paid before deposits are gathered
  await token.transfer(hotWallet.address, parseUsdc("1000"));
  // there from the first final block on
  await anvil.finalize();
  return {
    DATA_DIR: folder,
    ORACLE: "simulated",
    CHAIN: "evm",
    EVM_CHAIN_NAME: "anvil",
    EVM_CHAIN_ID: String(anvil.chainId),
    EVM_RPC_URL: anvil.url,
    EVM_USDC_ADDRESS: token.address,
    EVM_XPUB: xpub,
    EVM_HOT_WALLET_ADDRESS: hotWallet.address,
    EVM_COLD_WALLET_ADDRESS: coldWallet,
    EVM_START_BLOCK: "0",
    EVM_HOT_WALLET_KEY: hotWallet.key,
    EVM_DEPOSIT_KEY: xprv,
    WITHDRAWAL_AUTO_APPROVE_MICRO_USDC: "1000000000",
    PAYOUT_ADDRESS_DELAY_HOURS: "1",
  };
};

/** What of the environment counts. All the rest is a service's that has another database and another chain. */
const KEPT = ["HOST", "PORT", "SCHEDULER_PORT", "LOG_LEVEL", "LOG_PRETTY"];

const secondAccount = async (anvil: Anvil): Promise<string> => {
  const accounts = await anvil.request("eth_accounts");
  const second: unknown = Array.isArray(accounts) ? accounts[1] : undefined;
  if (typeof second !== "string") throw new Error("The development chain has no second account.");
  return second;
};

/** Starts one; it and everything on it is gone when `started` is disposed of. A block a second, final after five. */
export const openDevChain = async (started: AsyncDisposableStack): Promise<DevChain> => {
  const { deployToken, startAnvil } = await import("@closebell/adapters/chain/dev");
  const folder = await throwAwayFolder(started, "closebell-dev-chain-");
  const anvil = started.use(await startAnvil({ mining: { everySeconds: 1 } }));
  const token = await deployToken(anvil);
  const settings = await settingsOf(anvil, token, folder);
  const envFile = join(folder, "env");
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
  await Bun.write(envFile, lines.join(""));
  const config = readConfigOf(settings, KEPT);
  const admin = `bun --env-file=${envFile} run admin`;
  return { config, anvil, token, outsider: await secondAccount(anvil), admin };
};
