import { DomainError, isUuid, type By } from "@closebell/context";
import { transact, type Deps } from "@closebell/database";
import { endSessions } from "./end-sessions.ts";

/**
 * Ends one of the caller's own sessions: none of its tokens counts any more.
 * @throws DomainError SESSION_NOT_FOUND, also for another user's
 */
export const endSession = async (
  deps: Deps,
  input: { readonly by: By; readonly sessionId: string },
): Promise<void> => {
  const { by, sessionId } = input;
  const userId = by.actor.id;
  const ended = isUuid(sessionId)
    ? await transact(deps, (work) =>
        endSessions(work, { by, userId, why: "sign-out", only: sessionId }),
      )
    : [];
  if (ended.length > 0) return;
  throw new DomainError("SESSION_NOT_FOUND", "You have no such session, or it has ended already.");
};
