import { transact } from "@closebell/database";
import { getPlayer } from "../get-user.ts";
import type { IdentityDeps } from "../identity-deps.ts";
import { startSession } from "../sessions/start-session.ts";
import { stranger } from "./test-identity.ts";

/** Access tokens of these players, in their order, without a proof of who they are. */
export const signInAll = async (
  deps: IdentityDeps,
  userIds: readonly string[],
): Promise<readonly string[]> => {
  const users = await Promise.all(userIds.map((userId) => getPlayer(deps, { userId })));
  return transact(deps, async (work) => {
    const tokens: string[] = [];
    for (const user of users) {
      const who = { ...stranger(), user, method: "wallet", secondFactor: false } as const;
      tokens.push((await startSession(deps, work, who)).tokens.accessToken);
    }
    return tokens;
  });
};
