export * from "./memory-limiter.ts";
export * from "./postgres-limiter.ts";
export * from "./redis-limiter.ts";
export * from "./stocking-limiter.ts";
