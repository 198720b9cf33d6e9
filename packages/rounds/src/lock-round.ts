import type { By } from "@closebell/context";
import { approved, type Deps, type Work } from "@closebell/database";
import { and, eq, sql } from "drizzle-orm";
import { conflict, operateRound, type OperateInput } from "./operate-round.ts";
import { round, type RoundRow } from "./schema.ts";
import type { Round } from "./types.ts";
import { writeLocked, writeOpen } from "./write-state.ts";

const ACTION = "round.lock";

/** The earliest lock after which every bet taken so far counts. */
const NOW = sql`clock.now() + interval '1 microsecond'`;

/** Moves the lock of an open round to now, which takes two people; one that has passed stays. */
const moveLock = async (work: Work, row: RoundRow, by: By): Promise<void> => {
  const ahead = sql`${round.lockAt} > ${NOW}`;
  const [live] = await work.tx
    .select({ ahead: sql<boolean>`${ahead}` })
    .from(round)
    .where(and(eq(round.id, row.id), eq(round.state, "OPEN")));
  if (live === undefined) throw conflict(row, "Only an OPEN round can be locked.");
  if (!live.ahead) return;
  const { market, code } = row;
  const approval = await approved(work, {
    by,
    action: ACTION,
    subject: `${market}/${code}`,
    content: { market, code, lockAt: { before: row.lockAt, after: "now" } },
  });
  await work.tx
    .update(round)
    .set({
      lockAt: sql`least(${round.lockAt}, ${NOW})`,
      lockApproval: sql`case when ${ahead} then ${approval}::uuid else ${round.lockApproval} end`,
    })
    .where(eq(round.id, row.id));
};

/**
 * Locks an open round now. Its lock moves to just after this instant, so that every bet taken so far counts; it settles
 * when planned. Takes two people, unless the lock has passed already.
 * @throws DomainError ROUND_NOT_FOUND, ROUND_STATE_CONFLICT (not open), APPROVAL_REQUIRED
 */
export const lockRound = (deps: Deps, input: OperateInput): Promise<Round> =>
  operateRound(deps, input, ACTION, async (work, row) => {
    await writeOpen(work, row.id, sql`${round.opensAt} <= clock.now()`);
    await moveLock(work, row, input.by);
    await writeLocked(work, row.id, sql`true`);
  });
