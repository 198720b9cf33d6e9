export * from "./chainlink-oracle.ts";
