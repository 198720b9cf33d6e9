import { expect } from "bun:test";
import {
  type Anvil,
  deployToken,
  devKeys,
  type DevToken,
  startAnvil,
} from "../../packages/adapters/src/chain/dev/index.ts";
import {
  type ProviderServer,
  startProviderServer,
} from "../../packages/adapters/src/testing/provider-server.ts";
import { parseUsdc } from "../../packages/money/src/index.ts";
import { readSandboxCredentials } from "../../packages/runtime/src/index.ts";
import { type Client, clientOf } from "./http-client.ts";
import { askAdmin, at, textAt } from "./run-admin.ts";
import { type Program, runProgram, scratchFolder } from "./run-program.ts";

/** The started service beside a chain whose blocks come when told, and two providers of closes over HTTP. */
export interface ChainStage extends AsyncDisposable {
  readonly anvil: Anvil;
  readonly token: DevToken;
  readonly providers: readonly [ProviderServer, ProviderServer];
  readonly service: Program;
  /** An operator. */
  readonly client: Client;
  /** What a command beside the service is given. */
  readonly env: Readonly<Record<string, string>>;
  /** Somebody outside the service. */
  readonly outsider: string;
  /** Fails unless chain and books agree now; answers what is between them, by kind, and both sums. */
  reserves(): Promise<{
    readonly between: readonly string[];
    readonly onChain: string;
    readonly ledger: string;
  }>;
}

const chainEnv = async (anvil: Anvil, token: DevToken): Promise<Record<string, string>> => {
  const { xpub, xprv, hotWallet, coldWallet } = devKeys();
  await anvil.setBalance(hotWallet.address, 10n ** 19n);
  await token.transfer(hotWallet.address, parseUsdc("1000"));
  await anvil.finalize();
  return {
    CHAIN: "evm",
    EVM_CHAIN_NAME: "anvil",
    EVM_CHAIN_ID: String(anvil.chainId),
    EVM_RPC_URL: anvil.url,
    EVM_RPC_URL_SECOND: anvil.url.replace("127.0.0.1", "localhost"),
    EVM_USDC_ADDRESS: token.address,
    EVM_XPUB: xpub,
    EVM_HOT_WALLET_ADDRESS: hotWallet.address,
    EVM_COLD_WALLET_ADDRESS: coldWallet,
    EVM_START_BLOCK: "0",
    EVM_HOT_WALLET_KEY: hotWallet.key,
    EVM_DEPOSIT_KEY: xprv,
  };
};

const oracleEnv = ([massive, twelve]: ChainStage["providers"]): Record<string, string> => ({
  MARKET_SYMBOL: "QQQ",
  ORACLE: "massive,twelve-data",
  ORACLE_RULE: "all-agree",
  MASSIVE_URL: massive.url,
  MASSIVE_API_KEY: "massive-key",
  TWELVE_DATA_URL: twelve.url,
  TWELVE_DATA_API_KEY: "twelve-key",
});

const secondAccount = async (anvil: Anvil): Promise<string> =>
  textAt(await anvil.request("eth_accounts"), 1);

/** Compares chain and books by the command an operator has. */
const compare = async (env: ChainStage["env"]) => {
  const report = await askAdmin(env, "chain", "reserves");
  expect(report).toMatchObject({ ok: true, differenceMicroUsdc: "0" });
  const items = at(report, "items");
  return {
    between: Array.isArray(items) ? items.map((item) => textAt(item, "kind")).toSorted() : [],
    onChain: textAt(report, "onChainMicroUsdc"),
    ledger: textAt(report, "ledgerMicroUsdc"),
  };
};

/** Starts everything; dispose it with `await using`. */
export const chainStage = async (): Promise<ChainStage> => {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await scratchFolder());
  const anvil = stack.use(await startAnvil());
  const token = await deployToken(anvil);
  const providers = [
    stack.use(startProviderServer({ keys: { massive: "massive-key" } })),
    stack.use(startProviderServer({ keys: { "twelve-data": "twelve-key" } })),
  ] as const;
  const env = {
    PORT: "0",
    HOST: "127.0.0.1",
    DATA_DIR: folder.path,
    LOG_PRETTY: "false",
    ...(await chainEnv(anvil, token)),
    ...oracleEnv(providers),
  };
  const service = stack.use(runProgram("apps/standalone/src/main.ts", ["sandbox"], { env }));
  const { url } = await service.logged("service started");
  const credentials = await readSandboxCredentials(`${folder.path}/sandbox`);
  const outsider = await secondAccount(anvil);
  const held = stack.move();
  return {
    anvil,
    token,
    providers,
    service,
    client: clientOf(String(url), credentials?.OPERATOR_KEY),
    env,
    outsider,
    reserves: () => compare(env),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
};
