export * from "./wallet-signatures.ts";
