export { createEvmChain } from "./create-evm-chain.ts";
export type { EvmChainOptions } from "./evm-chain-options.ts";
export { type CustodyKeys, custodyKeys, newPhrase } from "./custody-keys.ts";
