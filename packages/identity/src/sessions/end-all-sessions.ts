import type { By } from "@closebell/context";
import { transact, type Deps } from "@closebell/database";
import { endSessions } from "./end-sessions.ts";

/** Ends every session of a user, but for `except`. None of their tokens counts any more. */
export const endAllSessions = async (
  deps: Deps,
  input: { readonly by: By; readonly userId: string; readonly except?: string | undefined },
): Promise<{ readonly ended: number }> => {
  const ended = await transact(deps, (work) =>
    endSessions(work, { ...input, why: "sign-out-all" }),
  );
  return { ended: ended.length };
};
