import { type Address, isHex, size } from "viem";
import { addressFrom } from "./addresses.ts";
import { depositAddresses, depositPrivateKeys } from "./deposit-keys.ts";
import type { EvmChainOptions } from "./evm-chain-options.ts";
import { localSigner, type Signer } from "./signer.ts";

/** The options, once they make sense together. */
export interface EvmSetting {
  readonly usdc: Address;
  readonly hotWallet: Address;
  readonly coldWallet: Address | undefined;
  readonly addressAt: (index: number) => Address;
  readonly hotSigner: Signer | undefined;
  readonly depositSigner: ((index: number) => Signer) | undefined;
}

const NOBODY: Address = "0x0000000000000000000000000000000000000000";

const addressOf = (variable: string, text: string, usdc: Address): Address => {
  const address = addressFrom(text, usdc);
  if (address !== undefined) return address;
  throw new Error(`${variable} is not an address, or its letters' checksum is wrong (EIP-55).`);
};

const hotSignerOf = (key: string | undefined, hotWallet: Address): Signer | undefined => {
  if (key === undefined) return undefined;
  const hex = key.startsWith("0x") ? key : `0x${key}`;
  const wrong = "EVM_HOT_WALLET_KEY is not a private key of 32 bytes in hex.";
  if (!isHex(hex) || size(hex) !== 32) throw new Error(wrong);
  let signer: Signer;
  try {
    signer = localSigner(hex);
  } catch {
    // what the library says may quote the key
    throw new Error(wrong);
  }
  if (signer.address === hotWallet) return signer;
  throw new Error("EVM_HOT_WALLET_KEY is not the key of EVM_HOT_WALLET_ADDRESS.");
};

const judgeUrls = (urls: readonly string[]): void => {
  const http = urls.every((url) => /^https?:$/.test(URL.parse(url)?.protocol ?? ""));
  if (urls.length >= 1 && urls.length <= 2 && http) return;
  throw new Error(
    "EVM_RPC_URL and EVM_RPC_URL_SECOND have to be URLs of JSON-RPC nodes over HTTP.",
  );
};

/** Reads what the options mean. Throws, naming the variable but never its value, where they make no sense. */
export const judgeOptions = (options: EvmChainOptions): EvmSetting => {
  if (!/^[a-z][a-z0-9-]*$/.test(options.name)) {
    throw new Error("EVM_CHAIN_NAME has to be lower case letters, digits and hyphens.");
  }
  judgeUrls(options.rpcUrls);
  const usdc = addressOf("EVM_USDC_ADDRESS", options.usdc, NOBODY);
  const hotWallet = addressOf("EVM_HOT_WALLET_ADDRESS", options.hotWallet, usdc);
  const coldWallet =
    options.coldWallet === undefined
      ? undefined
      : addressOf("EVM_COLD_WALLET_ADDRESS", options.coldWallet, usdc);
  if (coldWallet === hotWallet) {
    throw new Error("EVM_COLD_WALLET_ADDRESS is the hot wallet's: give it an address of its own.");
  }
  const addressAt = depositAddresses(options.xpub);
  const keyAt =
    options.depositKey === undefined
      ? undefined
      : depositPrivateKeys(options.depositKey, options.xpub);
  return {
    usdc,
    hotWallet,
    coldWallet,
    addressAt,
    hotSigner: hotSignerOf(options.hotWalletKey, hotWallet),
    depositSigner: keyAt === undefined ? undefined : (index) => localSigner(keyAt(index)),
  };
};
