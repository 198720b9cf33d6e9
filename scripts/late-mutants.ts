import { type Mutant, mutantsOf } from "./mutant.ts";

const HELD = "bun scripts/test.ts packages/rounds/src/held-rounds.int.test.ts";
const asking = mutantsOf("packages/rounds/src/settle-due-rounds.ts", HELD);
const seeing = mutantsOf("packages/rounds/src/check-seen.ts", HELD);
const scheduling = mutantsOf(
  "packages/rounds/src/schedule-rounds.ts",
  "bun scripts/test.ts packages/rounds/src/schedule.int.test.ts -t ahead.by.hand",
);
const booking = mutantsOf(
  "packages/ledger/migrations/0008_both_legs.sql",
  "bun scripts/test.ts packages/ledger/src/ledger.int.test.ts -t one-legged",
);
const correcting = mutantsOf(
  "packages/ledger/migrations/0008_both_legs.sql",
  "bun scripts/test.ts packages/rounds/src/corrections.int.test.ts",
);
const LATE = "bun scripts/test.ts packages/custody/src/late-answers.int.test.ts";
const scanning = mutantsOf("packages/custody/src/scan-deposits.ts", `${LATE} -t final.block`);
const sweeping = mutantsOf("packages/custody/src/sweep-deposits.ts", `${LATE} -t an.address`);

/** What goes wrong where an answer comes late, or somebody acts while it is awaited; and in what is put right afterwards. */
export const LATE_MUTANTS: readonly Mutant[] = [
  asking("held: silent sources void it", "row.heldReason !== null || !(await", "!(await"),
  seeing("held while asked: settled", "row.heldReason === seen.heldReason &&", ""),
  seeing("cancelled while asked: settled", "cancelled === undefined &&", ""),
  scheduling(
    "opened ahead: the sessions before it are left out",
    "lt(round.closingDate",
    "gt(round.closingDate",
  ),
  booking("books: a debit from nowhere", "if v_locked <> (", "if v_locked < 0 * ("),
  booking(
    "books: a new credit to nowhere",
    "not coalesce(p_credits <@ v_accounts, false)",
    "false",
  ),
  correcting(
    "correction: of a payout, into its round",
    "case when d.lock_rank = 2 then",
    "case when false then",
  ),
  scanning(
    "finality: a broken promise is forgotten",
    "begin.betrayed ? { ...reached, final: from.final } : reached",
    "reached",
  ),
  sweeping("sweep: a node that is behind is believed", "!behind && !worth", "!worth"),
];
