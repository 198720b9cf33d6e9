/** What kind of party acts: a user who bets, a member of staff, or a process of the service itself. */
export type ActorKind = "player" | "staff" | "system";

/** Who does it. `id` names a row of `identity.user` and is what transfers and the audit log record. */
export interface Actor {
  readonly kind: ActorKind;
  readonly id: string;
  readonly name: string;
}

/** Who asked, in which request, and (where money or rounds move by hand) why. Every verb takes one as `by`. */
export interface By {
  readonly actor: Actor;
  /** UUID of the request or job; printed in answers, logs, transfers and the audit log. */
  readonly requestId: string;
  readonly reason?: string;
}

const systemActor = (name: string, n: number): Actor => ({
  kind: "system",
  id: `00000000-0000-7000-8000-${String(n).padStart(12, "0")}`,
  name,
});

/** The service's own processes. Their ids are fixed; identity's first migration inserts them as users. */
export const SYSTEM_ACTORS = {
  migration: systemActor("migration", 1),
  scheduler: systemActor("scheduler", 2),
  chain: systemActor("chain", 3),
  /** Whoever calls the HTTP API without saying who they are. */
  anonymous: systemActor("anonymous", 4),
} as const;
