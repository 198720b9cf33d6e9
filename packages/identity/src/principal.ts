import type { Actor } from "@closebell/context";
import type { Permission, Role } from "./roles.ts";

/** Whom a credential proved, and what it lets them do. */
export interface Principal {
  readonly actor: Actor;
  readonly roles: readonly Role[];
  /** What the roles allow, cut to the scopes of the credential. */
  readonly permissions: ReadonlySet<Permission>;
  readonly credential: {
    readonly kind: "access-token" | "api-key";
    /** The session's id, or the API key's. */
    readonly id: string;
    /** From when on it no longer counts. */
    readonly expiresAt: Temporal.Instant | null;
    /** When it was proved, by the clock that `expiresAt` is of: the database's. */
    readonly provedAt: Temporal.Instant;
  };
}
