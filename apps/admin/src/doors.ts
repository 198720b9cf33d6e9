import type { Permission } from "@closebell/identity";

/** What a command asks of whoever runs it. */
export interface Door {
  /** Undefined: whoever has a key that counts. */
  readonly needs: Permission | undefined;
  /** It changes something, so it needs a reason. */
  readonly changes: boolean;
}

const reads = (needs: Permission): Door => ({ needs, changes: false });
const changes = (needs: Permission): Door => ({ needs, changes: true });

/**
 * Asks nobody: works on files or a database of its own, prepares one that has no staff yet, or is itself how somebody comes
 * by a key. What it can do is up to who may read the files and reach the database as its owner.
 */
const open = "open";

/** Every command and what it takes to run it; one that is not here does not run. */
export const DOORS: Readonly<Record<string, Door | typeof open>> = {
  rounds: reads("rounds:read"),
  "open-round": changes("rounds:operate"),
  "lock-round": changes("rounds:operate"),
  "settle-round": changes("rounds:operate"),
  pause: changes("rounds:operate"),
  resume: changes("rounds:operate"),
  hold: changes("rounds:operate"),
  release: changes("rounds:operate"),
  advance: changes("rounds:operate"),
  markets: reads("rounds:read"),
  "markets set": changes("rounds:operate"),
  "oracle probe": reads("rounds:read"),
  "oracle attempts": reads("rounds:read"),
  "oracle checks": reads("rounds:read"),
  "oracle recheck": changes("rounds:operate"),
  "calendar list": reads("rounds:read"),
  "calendar cancel": changes("rounds:operate"),
  "calendar close-at": changes("rounds:operate"),
  users: reads("users:read"),
  seed: changes("simulate"),
  bet: changes("users:act"),
  deposit: changes("simulate"),
  withdraw: changes("users:act"),
  protection: reads("users:read"),
  block: changes("users:block"),
  unblock: changes("users:block"),
  return: changes("users:block"),
  statement: reads("money:read"),
  tvl: reads("money:read"),
  "chain status": reads("money:read"),
  "chain reserves": reads("money:read"),
  "chain scan": changes("money:move"),
  "chain deposits list": reads("money:read"),
  "chain deposits release": changes("money:move"),
  "chain drawings": reads("money:read"),
  "chain draw": changes("money:move"),
  "chain withdrawals list": reads("money:read"),
  "chain withdrawals approve": changes("money:approve"),
  "chain withdrawals reject": changes("money:approve"),
  "chain withdrawals retry": changes("money:move"),
  "chain withdrawals refund": changes("money:move"),
  "chain pause": changes("money:move"),
  "chain resume": changes("money:move"),
  "chain sweep": changes("money:move"),
  "chain keys": open,
  audit: reads("audit:read"),
  "audit log": reads("audit:read"),
  "audit verify": reads("audit:read"),
  "audit export": reads("audit:read"),
  "trial-balance": reads("money:read"),
  correct: changes("money:move"),
  "approvals list": reads("audit:read"),
  "approvals show": reads("audit:read"),
  "approvals approve": changes("approvals:decide"),
  "approvals reject": changes("approvals:decide"),
  login: open,
  whoami: { needs: undefined, changes: false },
  "staff list": reads("staff:manage"),
  "staff add": changes("staff:manage"),
  "staff invite": changes("staff:manage"),
  "staff grant": changes("staff:manage"),
  "staff revoke": changes("staff:manage"),
  "staff reset-second-factor": changes("staff:manage"),
  "staff claim": open,
  "staff first-admin": open,
  "api-keys list": reads("staff:manage"),
  "api-keys revoke": changes("staff:manage"),
  "keys rotate": changes("staff:manage"),
  migrate: open,
  "clock show": reads("rounds:read"),
  "clock set": changes("simulate"),
  "clock advance": changes("simulate"),
  backup: open,
  restore: open,
  replay: open,
};

/** What a command asks; an open one nothing. @throws Error for a command that is not in the table */
export const doorOf = (command: string): Door | undefined => {
  const door = DOORS[command];
  if (door === undefined) throw new Error(`Nobody may run ${command}: it is not in the table.`);
  return door === open ? undefined : door;
};
