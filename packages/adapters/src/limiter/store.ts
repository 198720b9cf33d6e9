import type { Batch, Counter } from "./batch.ts";

/** Where counts are kept for all processes. */
export interface Store {
  /**
   * Counts a batch, at once or not at all, by the rule of `judge`. Resolves to how each of its limits stood before. Rejects
   * where the store does not answer, and may never resolve.
   */
  count(batch: Batch): Promise<readonly Counter[]>;
  /** Whoever counts has given up waiting: whatever the store is reached by may be dead. */
  suspect(): void;
  close(): Promise<void>;
}
