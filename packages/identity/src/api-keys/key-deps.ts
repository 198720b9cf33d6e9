import type { Deps } from "@closebell/database";

/** What verbs that make secrets are given. */
export interface KeyDeps extends Deps {
  /** So many random bytes, fit for secrets. */
  readonly randomBytes: (size: number) => Uint8Array;
}
