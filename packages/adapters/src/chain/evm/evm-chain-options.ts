/** How an EVM chain is reached, and what of it is ours. */
export interface EvmChainOptions {
  /** Names the chain in wallets, deposits and the ledger: lower case, digits, hyphens. */
  readonly name: string;
  readonly chainId: number;
  /** One JSON-RPC node over HTTP, or two that must tell the same wherever money depends on it. May hold keys: never shown. */
  readonly rpcUrls: readonly string[];
  /** The USDC contract. */
  readonly usdc: string;
  /** Extended public key of the account m/44'/60'/0' (BIP-32, BIP-44); deposit address i is its child 0/i. */
  readonly xpub: string;
  readonly hotWallet: string;
  readonly coldWallet?: string | undefined;
  readonly startBlock: bigint;
  /** For chains that name no finalized block: one with that many blocks on top of it counts as final. */
  readonly confirmations?: number | undefined;
  /** Private key of the hot wallet, 32 bytes hex: only where payments are signed. */
  readonly hotWalletKey?: string | undefined;
  /** Extended private key that belongs to `xpub`: only where deposit addresses are swept. */
  readonly depositKey?: string | undefined;
  /** How long one answer of a node may take. Default 10,000. */
  readonly timeoutMs?: number | undefined;
  /** Blocks whose logs a node is asked for at once; many providers allow no more. Default 2,000. */
  readonly maxBlockRange?: number | undefined;
}
