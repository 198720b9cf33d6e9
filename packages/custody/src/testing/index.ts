export * from "./chain-contract.ts";
export * from "./scripted-chain.ts";
