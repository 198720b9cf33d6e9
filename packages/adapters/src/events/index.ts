export * from "./coalesce-pools.ts";
export * from "./postgres-events.ts";
export * from "./redis-events.ts";
