import { transact } from "@closebell/database";
import { getPlayer } from "../get-user.ts";
import type { IdentityDeps } from "../identity-deps.ts";
import { startSession } from "../sessions/start-session.ts";
import { stranger } from "./test-identity.ts";

/** Access tokens of these players, in their order, without a proof of who they are. */
export const signInAll = (
  deps: IdentityDeps,
  userIds: readonly string[],
): Promise<readonly string[]> =>
  transact(deps, async (work) => {
    const tokens: string[] = [];
    for (const userId of userIds) {
      const user = await getPlayer(deps, { userId });
      const who = { ...stranger(), user, method: "wallet", secondFactor: false } as const;
      tokens.push((await startSession(deps, work, who)).tokens.accessToken);
    }
    return tokens;
  });
