import type { Chain } from "@closebell/custody";
import { microUsdc, type MicroUsdc } from "@closebell/money";
import { type Anvil, deployToken, devKeys, type DevToken, startAnvil } from "../chain/dev/index.ts";
import { createEvmChain, type EvmChainOptions } from "../chain/evm/index.ts";

/** An outsider. */
export const PAYEE = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
/** One to be blacklisted. */
export const REFUSING = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC";

/** A development chain on which a hot wallet holds 10,000 USDC and an ether. */
export interface EvmScene extends AsyncDisposable {
  readonly anvil: Anvil;
  readonly token: DevToken;
  /** Block in which nothing of ours can be yet. */
  readonly startBlock: bigint;
  /** How the chain is reached, with every key. */
  options(change?: Partial<EvmChainOptions>): EvmChainOptions;
  chain(change?: Partial<EvmChainOptions>): Chain;
  /** Pays `amount` to `address` from outside, in a block of its own. */
  deposit(
    address: string,
    amount: MicroUsdc,
  ): Promise<{ readonly tx: string; readonly log: number }>;
}

/** Starts one; dispose it with `await using`. */
export const evmScene = async (): Promise<EvmScene> => {
  const anvil = await startAnvil();
  const token = await deployToken(anvil);
  const keys = devKeys();
  await token.transfer(keys.hotWallet.address, microUsdc(10_000_000_000n));
  await anvil.setBalance(keys.hotWallet.address, 10n ** 18n);
  const startBlock = BigInt(String(await anvil.request("eth_blockNumber")));
  const options = (change: Partial<EvmChainOptions> = {}): EvmChainOptions => ({
    name: "anvil",
    chainId: anvil.chainId,
    rpcUrls: [anvil.url],
    usdc: token.address,
    xpub: keys.xpub,
    hotWallet: keys.hotWallet.address,
    coldWallet: keys.coldWallet,
    startBlock,
    hotWalletKey: keys.hotWallet.key,
    depositKey: keys.xprv,
    ...change,
  });
  return {
    anvil,
    token,
    startBlock,
    options,
    chain: (change) => createEvmChain(options(change)),
    deposit: async (address, amount) => ({ tx: await token.transfer(address, amount), log: 0 }),
    [Symbol.asyncDispose]: () => anvil.stop(),
  };
};
