export * from "./database-closes.ts";
export * from "./file-oracle.ts";
export * from "./migrations.ts";
export * from "./parse-closes.ts";
export * from "./set-simulated-close.ts";
export * from "./simulated-close.ts";
export * from "./simulated-oracle.ts";
