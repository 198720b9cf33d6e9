export * from "./oracle-contract.ts";
export * from "./scripted-oracle.ts";
