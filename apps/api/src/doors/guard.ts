import { DomainError } from "@closebell/context";
import { permissionsBehindSecondFactor, type Principal } from "@closebell/identity";
import { type AuditActing, callerOf } from "../request/caller.ts";
import type { RequestContext } from "../request/request-context.ts";
import type { MatchedRoute } from "../request/route-of.ts";
import type { Principals } from "./principals.ts";
import { secondFactorMissing } from "./second-factor-missing.ts";

/**
 * Lets a request through the door of its route, and says in its context who makes it. Where the credential has to be looked
 * up, that is still to do: by whoever calls what is returned, which throws the same in its promise.
 * @throws DomainError UNAUTHENTICATED, FORBIDDEN; USER_NOT_FOUND for another user's, as for one who does not exist
 */
export type Guard = (
  matched: MatchedRoute,
  headers: Headers,
  context: RequestContext,
) => (() => Promise<void>) | undefined;

const forbidden = ({ needs }: MatchedRoute, principal: Principal): DomainError => {
  const later = permissionsBehindSecondFactor(principal);
  return needs.some((one) => later.has(one))
    ? secondFactorMissing()
    : new DomainError(
        "FORBIDDEN",
        `This needs the permission ${needs.join(" or ")}, which you lack.`,
      );
};

export const createGuard = (principals: Principals, audit: AuditActing): Guard => {
  const admit = (principal: Principal, matched: MatchedRoute, context: RequestContext): void => {
    const { door, needs } = matched;
    if (door === undefined) throw new DomainError("FORBIDDEN", "Nobody may do this.");
    if (door === "public") return;
    if (needs.length > 0 && !needs.some((one) => principal.permissions.has(one)))
      throw forbidden(matched, principal);
    context.caller = callerOf({ principal, door, requestId: context.requestId, audit });
    // whom a path is about: nobody but them, or who may see anybody, finds anything there
    const { userId } = matched;
    if (userId !== undefined) context.caller.userOf(userId.toLowerCase());
  };
  return (matched, headers, context) => {
    if (matched.door === "public") return undefined;
    const authorization = headers.get("authorization");
    if (authorization === null)
      throw new DomainError(
        "UNAUTHENTICATED",
        "Say who you are: send Authorization: Bearer with an access token or an API key.",
      );
    context.credentialGiven = true;
    const known = principals.known(authorization);
    if (known === undefined)
      return async () => admit(await principals.of(authorization), matched, context);
    admit(known, matched, context);
    return undefined;
  };
};
