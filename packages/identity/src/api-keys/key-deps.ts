import type { Deps } from "@closebell/database";
import type { RandomBytes } from "../identity-deps.ts";

/** What verbs that make secrets are given. */
export interface KeyDeps extends Deps {
  readonly randomBytes: RandomBytes;
}
