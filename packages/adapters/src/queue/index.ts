export * from "./job-queue.ts";
export { migrateQueue } from "./migrate-queue.ts";
export * from "./postgres-queue.ts";
export * from "./redis-queue.ts";
