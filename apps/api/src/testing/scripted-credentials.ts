import { randomUUID } from "node:crypto";
import { DomainError } from "@closebell/context";
import { type Permission, permissionsOf, type Principal, type Role } from "@closebell/identity";
import type { VerifyCredential } from "../doors/principals.ts";

/** Credentials that mean what a test says, without anything behind them. */
export interface ScriptedCredentials {
  readonly verify: VerifyCredential;
  /** The same; undefined for a credential that was not issued here. */
  find(credential: string): Promise<Principal> | undefined;
  /** A credential of whoever has these roles; `only` cuts them to scopes, as an API key's. */
  issue(who: {
    readonly roles: readonly Role[];
    readonly userId?: string;
    readonly only?: readonly Permission[];
  }): string;
}

export const scriptedCredentials = (): ScriptedCredentials => {
  const issued = new Map<string, Principal>();
  const find = (credential: string): Promise<Principal> | undefined => {
    const principal = issued.get(credential);
    return principal === undefined ? undefined : Promise.resolve(principal);
  };
  return {
    find,
    verify: (credential) =>
      find(credential) ??
      Promise.reject(new DomainError("UNAUTHENTICATED", "The credential does not count.")),
    issue({ roles, userId = randomUUID(), only }) {
      const credential = `scripted-${issued.size}`;
      const all = permissionsOf(roles);
      issued.set(credential, {
        actor: {
          kind: roles.includes("player") ? "player" : "staff",
          id: userId,
          name: credential,
        },
        roles,
        permissions: only === undefined ? all : all.intersection(new Set(only)),
        credential: {
          kind: "access-token",
          id: randomUUID(),
          expiresAt: null,
          provedAt: Temporal.Now.instant(),
        },
      });
      return credential;
    },
  };
};
