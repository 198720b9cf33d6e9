import { type By, DomainError, SYSTEM_ACTORS } from "@closebell/context";
import type { Permission, Principal } from "@closebell/identity";
import type { Door } from "../doors/door.ts";

/** Who makes a request. The only place where HTTP turns into a `By`. */
export interface Caller {
  /** Undefined where the route is open: nobody looked. */
  readonly principal: Principal | undefined;
  /** The caller as themselves. */
  readonly by: By;
  /**
   * The user a request is about: the one it names, or the caller where it names nobody.
   * @throws DomainError USER_NOT_FOUND for whom the caller may not name, as for one who does not exist; VALIDATION_FAILED
   * where nobody is named and the caller has no money here
   */
  userOf(named: string | undefined): string;
  /** The caller acting for that user; on record where it is somebody else. */
  actingFor(userId: string): By | Promise<By>;
  /** Whether the caller may see what is `ownerId`'s. */
  maySee(ownerId: string): boolean;
}

/** Puts on record that `by` acts for another user. */
export type AuditActing = (by: By, userId: string) => Promise<void>;

/** Whoever comes through an open door. */
export const nobody = (requestId: string): Caller => {
  const by = { actor: SYSTEM_ACTORS.anonymous, requestId };
  return {
    principal: undefined,
    by,
    userOf: () => refuseNobody(),
    actingFor: () => refuseNobody(),
    maySee: () => false,
  };
};

const refuseNobody = (): never => {
  throw new DomainError("UNAUTHENTICATED", "Say who you are.");
};

const missing = (): DomainError => {
  const detail = "is required: you have no money of your own here, so name the user you act for.";
  return new DomainError("VALIDATION_FAILED", `The field userId ${detail}`, {
    errors: [{ pointer: "/userId", detail }],
  });
};

/** The caller that `principal` is, at a door that lets them in. */
export const callerOf = (input: {
  readonly principal: Principal;
  readonly door: Exclude<Door, "public">;
  readonly requestId: string;
  readonly audit: AuditActing;
}): Caller => {
  const { principal, door, requestId, audit } = input;
  const { actor } = principal;
  const by: By = { actor, requestId };
  const has = (permission: Permission | undefined): boolean =>
    permission !== undefined && principal.permissions.has(permission);
  const maySee = (ownerId: string): boolean =>
    (ownerId === actor.id && has(door.own)) || has(door.any);
  return {
    principal,
    by,
    maySee,
    userOf(named) {
      if (named === undefined) {
        if (has(door.own)) return actor.id;
        throw missing();
      }
      if (maySee(named)) return named;
      throw new DomainError("USER_NOT_FOUND", `There is no user ${named}.`);
    },
    actingFor: (userId) => (userId === actor.id ? by : audit(by, userId).then(() => by)),
  };
};
