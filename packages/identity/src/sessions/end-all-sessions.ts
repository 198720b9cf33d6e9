import type { By } from "@closebell/context";
import { transact, type Deps } from "@closebell/database";
import { endSessions } from "./end-sessions.ts";

/** Ends every session of the caller. None of their tokens counts any more. */
export const endAllSessions = async (
  deps: Deps,
  { by }: { readonly by: By },
): Promise<{ readonly ended: number }> => {
  const ended = await transact(deps, (work) =>
    endSessions(work, { by, userId: by.actor.id, why: "sign-out-all" }),
  );
  return { ended: ended.length };
};
