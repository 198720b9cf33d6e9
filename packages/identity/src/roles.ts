/** What somebody may be here. A user who bets is a player and nothing else; staff may have several of the others. */
export const ROLES = ["player", "support", "operator", "treasurer", "admin"] as const;

export type Role = (typeof ROLES)[number];

/** Roles of members of staff. */
export const STAFF_ROLES = ["support", "operator", "treasurer", "admin"] as const;

export type StaffRole = (typeof STAFF_ROLES)[number];

/**
 * Every door there is. `own:` is about the caller's own account and money; everything else is about other people's, or the
 * house's.
 */
export const PERMISSIONS = [
  /** Read what is one's own: balance, bets, deposits, withdrawals, limits. */
  "own:read",
  /** Place bets. */
  "own:bet",
  /** Wallets, payout addresses, withdrawals. */
  "own:money",
  /** Own limits, time-out and self-exclusion. */
  "own:protect",
  /** Own password, sessions, second factor and API keys. No API key can be given this. */
  "own:credentials",
  /** Read any user, what they bet and what they own. */
  "users:read",
  /** Create users and act for them: bets, wallets, withdrawals. Each time it is audited. */
  "users:act",
  /** Block a user from betting, and lift the block; write down that an excluded one asked to play again. */
  "users:block",
  /** What price sources said, word for word; checks of closes. */
  "rounds:read",
  /** Open, lock, pause, settle and void rounds; the calendar; markets. */
  "rounds:operate",
  /** Ledger, custody and reserves. */
  "money:read",
  /** Corrections, deposits released, sweeps, the kill switch. */
  "money:move",
  /** Approve or reject withdrawals. */
  "money:approve",
  /** Second person for actions that take two, within what the person may do. */
  "approvals:decide",
  /** Read and verify the audit log. */
  "audit:read",
  /** Members of staff, their roles and API keys; signing keys. */
  "staff:manage",
  /** Play the outside world where it is simulated: deposits, prices, the sandbox's clock. */
  "simulate",
] as const;

export type Permission = (typeof PERMISSIONS)[number];

const OWN_CREDENTIALS = ["own:credentials"] as const;
const READS = ["users:read", "rounds:read", "money:read", "audit:read"] as const;

/** What each role may do; whatever is not here is closed. Staff have no money here, so none of the other `own:`. */
export const ROLE_PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = {
  player: ["own:read", "own:bet", "own:money", "own:protect", ...OWN_CREDENTIALS],
  support: [...OWN_CREDENTIALS, ...READS],
  operator: [
    ...OWN_CREDENTIALS,
    ...READS,
    "rounds:operate",
    "users:block",
    "approvals:decide",
    "simulate",
  ],
  treasurer: [
    ...OWN_CREDENTIALS,
    ...READS,
    "money:move",
    "money:approve",
    "approvals:decide",
    "simulate",
  ],
  admin: [
    ...OWN_CREDENTIALS,
    ...READS,
    "users:act",
    "users:block",
    "approvals:decide",
    "staff:manage",
    "simulate",
  ],
};

/** What somebody with these roles may do. */
export const permissionsOf = (roles: readonly Role[]): ReadonlySet<Permission> =>
  new Set(roles.flatMap((role) => ROLE_PERMISSIONS[role]));
