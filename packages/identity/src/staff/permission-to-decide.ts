import type { Permission } from "../roles.ts";

/** What a second person must be allowed besides `approvals:decide`, by the noun of the action they decide about. */
const NEEDED: Readonly<Record<string, Permission>> = {
  round: "rounds:operate",
  calendar: "rounds:operate",
  transfer: "money:move",
  withdrawal: "money:approve",
  chain: "money:move",
};

/**
 * Whether somebody with these permissions may decide about an approval of this action ("round.settle"): who could have asked
 * for it, and nobody where the action is unknown.
 */
export const mayDecide = (permissions: ReadonlySet<Permission>, action: string): boolean => {
  const needed = NEEDED[action.split(".")[0] ?? ""];
  return needed !== undefined && permissions.has("approvals:decide") && permissions.has(needed);
};
