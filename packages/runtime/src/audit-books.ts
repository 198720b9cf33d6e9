import { reconcileCustody } from "@closebell/custody";
import { type Database, snapshot } from "@closebell/database";
import { type AuditCheck, reconcile } from "@closebell/ledger";
import type { MicroUsdc } from "@closebell/money";
import { microUsdc } from "@closebell/money";
import { auditProtection } from "@closebell/protection";
import { auditRounds } from "@closebell/rounds";

/** What an audit found. */
export interface BooksAudit {
  readonly ok: boolean;
  /** By how much the check that is furthest off is off; one missing amount shows in several. */
  readonly imbalanceMicroUsdc: MicroUsdc;
  readonly checks: readonly AuditCheck[];
}

const absolute = (value: bigint): bigint => (value < 0n ? -value : value);

/**
 * Every invariant of the books, of one moment: the ledger's, the rounds', custody's and protection's. Reads every transfer, so a large
 * database needs a statement timeout to match.
 */
export const auditBooks = (deps: { readonly database: Database }): Promise<BooksAudit> =>
  snapshot(deps, async (tx) => {
    const checks = [
      ...(await reconcile(tx)),
      ...(await auditRounds(tx)),
      ...(await reconcileCustody(tx)),
      ...(await auditProtection(tx)),
    ];
    const furthest = checks.reduce((most, { imbalance }) => {
      const off = absolute(imbalance);
      return off > most ? off : most;
    }, 0n);
    return {
      ok: checks.every(({ ok }) => ok),
      imbalanceMicroUsdc: microUsdc(furthest),
      checks,
    };
  });
