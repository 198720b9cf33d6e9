export * from "./actor.ts";
export * from "./clock.ts";
export * from "./cursor.ts";
export * from "./domain-error.ts";
export * from "./error-codes.ts";
export * from "./event-bus.ts";
export * from "./ids.ts";
export * from "./logger.ts";
