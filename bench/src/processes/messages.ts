import { z } from "zod";

/** Which build answers POST /bets. */
export const apiOrder = z.object({
  build: z.enum(["ours", "unguarded", "eight-statements", "one-call", "constant", "no-op"]),
  databaseUrl: z.string(),
  /** Of a per-request build's own pool. */
  connections: z.int(),
});
export type ApiOrder = z.infer<typeof apiOrder>;
export const apiReady = z.object({ port: z.int() });

/** How the generator asks. */
export const loadOrder = z.object({
  port: z.int(),
  connections: z.int(),
  users: z.array(z.string()),
  /** An access token of each of them. */
  tokens: z.array(z.string()),
  warmSeconds: z.number(),
  seconds: z.number(),
});
export type LoadOrder = z.infer<typeof loadOrder>;

/** What it saw. Durations in microseconds. */
export const loadSeen = z.object({
  /** Answers of 2xx in all, the warm-up included. */
  accepted: z.int(),
  perSecond: z.number(),
  p50: z.number(),
  p99: z.number(),
  /** Any other answer, and the first of them. */
  refused: z.int(),
  firstRefusal: z.string(),
});
export type LoadSeen = z.infer<typeof loadSeen>;

/** What a process was told, as its parent wrote it. */
export const orderOf = async <T>(schema: z.ZodType<T>): Promise<T> =>
  schema.parse(await Bun.stdin.json());

/** Tells the parent, which waits for one message. */
export const tell = (message: unknown): void => {
  process.send?.(message);
};

/** Which round to settle, UP by hand. */
export const settleOrder = z.object({
  databaseUrl: z.string(),
  market: z.string(),
  code: z.string(),
});
export const settled = z.object({
  seconds: z.number(),
  state: z.string(),
  /** The most memory the process ever held. */
  peakBytes: z.number(),
});
export type Settled = z.infer<typeof settled>;
