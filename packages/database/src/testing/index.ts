export * from "./by-two.ts";
export * from "./buffers-of.ts";
export * from "./describe-with-command.ts";
export * from "./describe-with-redis.ts";
export * from "./error-of.ts";
export * from "./prepare-templates.ts";
export {
  emptyDatabase,
  type ScratchDatabase,
  scratchDatabase,
  type ScratchOptions,
} from "./scratch-database.ts";
export * from "./scratch-redis.ts";
