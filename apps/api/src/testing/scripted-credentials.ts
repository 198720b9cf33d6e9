import { randomUUID } from "node:crypto";
import { DomainError } from "@closebell/context";
import { type Permission, permissionsOf, type Principal, type Role } from "@closebell/identity";
import type { VerifyCredential } from "../doors/principals.ts";

/** Credentials that mean what a test says, without anything behind them. */
export interface ScriptedCredentials {
  readonly verify: VerifyCredential;
  /** A credential of whoever has these roles; `only` cuts them to scopes, as an API key's. */
  issue(who: {
    readonly roles: readonly Role[];
    readonly userId?: string;
    readonly only?: readonly Permission[];
  }): string;
}

export const scriptedCredentials = (): ScriptedCredentials => {
  const issued = new Map<string, Principal>();
  return {
    verify(credential) {
      const principal = issued.get(credential);
      return principal === undefined
        ? Promise.reject(new DomainError("UNAUTHENTICATED", "The credential does not count."))
        : Promise.resolve(principal);
    },
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
        credential: { kind: "access-token", id: randomUUID(), expiresAt: null },
      });
      return credential;
    },
  };
};
