export * from "./simulated-chain.ts";
