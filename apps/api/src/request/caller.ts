import type { By } from "@closebell/context";
import { SYSTEM_ACTORS } from "@closebell/context";

/** Who makes a request. The only place where HTTP turns into a `By`. */
export interface Caller {
  /** The caller as nobody in particular: reads, and what belongs to no user. */
  readonly by: By;
  /** The caller acting for `userId`, the user whose money or bets the request names. */
  actingFor(userId: string): By;
}

/**
 * Without authentication the caller is whomever the request names. Credentials will be checked here, and `actingFor` will
 * refuse a user whom the caller may not act for.
 */
export const resolveCaller = (requestId: string): Caller => ({
  by: { actor: SYSTEM_ACTORS.anonymous, requestId },
  actingFor: (userId) => ({ actor: { kind: "player", id: userId, name: userId }, requestId }),
});
