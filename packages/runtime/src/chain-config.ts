import type { Variables } from "./config-schema.ts";

/** A chain of the EVM family, as an operator describes it. */
export interface EvmConfig {
  readonly kind: "evm";
  readonly name: string;
  readonly chainId: number;
  /** One, or two that are compared. */
  readonly rpcUrls: readonly string[];
  readonly usdc: string;
  readonly xpub: string;
  readonly hotWallet: string;
  readonly coldWallet: string | undefined;
  readonly startBlock: bigint;
  /** undefined: the chain says itself what is final. */
  readonly confirmations: number | undefined;
  readonly hotWalletKey: string | undefined;
  readonly depositKey: string | undefined;
}

export type ChainConfig = { readonly kind: "simulated" } | EvmConfig;

const NEEDED = [
  "EVM_CHAIN_NAME",
  "EVM_CHAIN_ID",
  "EVM_RPC_URL",
  "EVM_USDC_ADDRESS",
  "EVM_XPUB",
  "EVM_HOT_WALLET_ADDRESS",
  "EVM_START_BLOCK",
] as const;

/** Chains that are made on somebody's own machine, with keys that everybody knows: anvil, hardhat, geth --dev. */
const DEVELOPMENT_IDS = [31_337, 1_337];

/** Whether money on this chain is worth something. */
export const isWorthSomething = (chain: ChainConfig): boolean =>
  chain.kind === "evm" && !DEVELOPMENT_IDS.includes(chain.chainId);

const evmOf = (variables: Variables): EvmConfig | undefined => {
  const { EVM_CHAIN_NAME: name, EVM_CHAIN_ID: chainId, EVM_RPC_URL: first } = variables;
  const { EVM_USDC_ADDRESS: usdc, EVM_XPUB: xpub, EVM_HOT_WALLET_ADDRESS: hotWallet } = variables;
  const { EVM_START_BLOCK: startBlock, EVM_RPC_URL_SECOND: second } = variables;
  if (name === undefined || chainId === undefined || first === undefined) return undefined;
  if (usdc === undefined || xpub === undefined || hotWallet === undefined) return undefined;
  if (startBlock === undefined) return undefined;
  return {
    kind: "evm",
    name,
    chainId,
    rpcUrls: second === undefined ? [first] : [first, second],
    usdc,
    xpub,
    hotWallet,
    coldWallet: variables.EVM_COLD_WALLET_ADDRESS,
    startBlock: BigInt(startBlock),
    confirmations: variables.EVM_CONFIRMATIONS,
    hotWalletKey: variables.EVM_HOT_WALLET_KEY,
    depositKey: variables.EVM_DEPOSIT_KEY,
  };
};

/** The chain that is configured. Call it where `chainConflicts` found nothing. */
export const chainConfigOf = (variables: Variables): ChainConfig =>
  (variables.CHAIN === "evm" ? evmOf(variables) : undefined) ?? { kind: "simulated" };

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" ? value : undefined;

/** What is missing or contradicts itself among a real chain's variables, read or as they were given. */
export const chainConflicts = (variables: Readonly<Record<string, unknown>>): readonly string[] => {
  if (variables["CHAIN"] !== "evm") return [];
  const missing = NEEDED.filter((name) => variables[name] === undefined).map(
    (name) => `${name} must be set where CHAIN is evm.`,
  );
  const hot = textOf(variables["EVM_HOT_WALLET_ADDRESS"])?.toLowerCase();
  const cold = textOf(variables["EVM_COLD_WALLET_ADDRESS"])?.toLowerCase();
  const first = textOf(variables["EVM_RPC_URL"]);
  return [
    ...missing,
    ...(hot !== undefined && hot === cold
      ? ["EVM_COLD_WALLET_ADDRESS must not be the hot wallet's."]
      : []),
    ...(first !== undefined && first === variables["EVM_RPC_URL_SECOND"]
      ? ["EVM_RPC_URL_SECOND must be another node than EVM_RPC_URL."]
      : []),
  ];
};
