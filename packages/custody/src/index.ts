export * from "./chain.ts";
