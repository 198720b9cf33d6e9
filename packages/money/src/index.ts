export * from "./allocation.ts";
export * from "./fee.ts";
export * from "./format-usdc.ts";
export * from "./micro-usdc.ts";
export * from "./parse-micro-usdc.ts";
export * from "./parse-usdc.ts";
export { MAX_POOL } from "./pool.ts";
export * from "./quote.ts";
