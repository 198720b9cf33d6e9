export * from "./oracle-contract.ts";
export * from "./scripted-oracle.ts";
export * from "./rounds-harness.ts";
export * from "./load-bets.ts";
export * from "./source-scene.ts";
