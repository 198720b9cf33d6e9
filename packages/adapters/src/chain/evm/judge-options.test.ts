import { expect, test } from "bun:test";
import { custodyKeys } from "./custody-keys.ts";
import type { EvmChainOptions } from "./evm-chain-options.ts";
import { judgeOptions } from "./judge-options.ts";

const phrase = (last: string) => `${"test ".repeat(11)}${last}`;
const keys = custodyKeys(phrase("junk"));
const others = custodyKeys(
  "legal winner thank year wave sausage worth useful legal winner thank yellow",
);

const OPTIONS: EvmChainOptions = {
  name: "base",
  chainId: 8453,
  rpcUrls: ["https://example.org/v2/secret-path"],
  usdc: "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913",
  xpub: keys.xpub,
  hotWallet: keys.hotWallet.address,
  coldWallet: keys.coldWallet,
  startBlock: 1n,
  hotWalletKey: keys.hotWallet.key,
  depositKey: keys.xprv,
};

test("takes options that belong together, with or without keys", () => {
  const setting = judgeOptions(OPTIONS);
  expect(setting.hotSigner?.address).toBe(setting.hotWallet);
  expect(setting.depositSigner?.(3).address).toBe(setting.addressAt(3));
  const { hotWalletKey: _hot, depositKey: _deposits, coldWallet: _cold, ...bare } = OPTIONS;
  expect(judgeOptions(bare)).toMatchObject({
    coldWallet: undefined,
    hotSigner: undefined,
    depositSigner: undefined,
  });
  expect(judgeOptions({ ...OPTIONS, usdc: OPTIONS.usdc.toLowerCase() }).usdc).toBe(setting.usdc);
  const withoutPrefix = keys.hotWallet.key.slice(2);
  expect(judgeOptions({ ...OPTIONS, hotWalletKey: withoutPrefix }).hotSigner).toBeDefined();
});

const flipped = OPTIONS.usdc.replace("f", "F");

const WRONG: readonly (readonly [string, Partial<EvmChainOptions>])[] = [
  ["EVM_CHAIN_NAME", { name: "Base Mainnet" }],
  ["EVM_RPC_URL", { rpcUrls: [] }],
  ["EVM_RPC_URL", { rpcUrls: ["ws://example.org/secret"] }],
  ["EVM_RPC_URL", { rpcUrls: ["secret"] }],
  ["EVM_RPC_URL_SECOND", { rpcUrls: ["http://a/", "http://b/", "http://secret/"] }],
  ["EVM_USDC_ADDRESS", { usdc: flipped }],
  ["EVM_USDC_ADDRESS", { usdc: `0x${"0".repeat(40)}` }],
  ["EVM_HOT_WALLET_ADDRESS", { hotWallet: "0x1" }],
  ["EVM_HOT_WALLET_ADDRESS", { hotWallet: OPTIONS.usdc }],
  ["EVM_COLD_WALLET_ADDRESS", { coldWallet: "cold" }],
  ["EVM_COLD_WALLET_ADDRESS", { coldWallet: keys.hotWallet.address }],
  ["EVM_XPUB", { xpub: "xpub6secret" }],
  ["EVM_XPUB", { xpub: keys.xprv }],
  ["EVM_HOT_WALLET_KEY", { hotWalletKey: "0x12" }],
  ["EVM_HOT_WALLET_KEY", { hotWalletKey: "f".repeat(64) }],
  ["EVM_HOT_WALLET_KEY", { hotWalletKey: "not hex" }],
  ["EVM_HOT_WALLET_KEY", { hotWalletKey: others.hotWallet.key }],
  ["EVM_DEPOSIT_KEY", { depositKey: "xprv9secret" }],
  ["EVM_DEPOSIT_KEY", { depositKey: keys.xpub }],
  ["EVM_DEPOSIT_KEY", { depositKey: others.xprv }],
];

test.each(WRONG)("names %s where it is wrong, and shows nothing of it", (variable, change) => {
  let said = "";
  try {
    judgeOptions({ ...OPTIONS, ...change });
  } catch (error) {
    said = String(error);
  }
  expect(said).toContain(variable);
  for (const value of Object.values(change).flat()) {
    if (typeof value === "string") expect(said).not.toContain(value);
  }
});

test("an extended key of another depth than an account's is refused", () => {
  // m itself, from BIP-32's first test vector
  const master =
    "xpub661MyMwAqRbcFtXgS5sYJABqqG9YLmC4Q1Rdap9gSE8NqtwybGhePY2gZ29ESFjqJoCu1Rupje8YtGqsefD265TMg7usUDFdp6W1EGMcet8";
  expect(() => judgeOptions({ ...OPTIONS, xpub: master, depositKey: undefined })).toThrow(
    "EVM_XPUB",
  );
});
