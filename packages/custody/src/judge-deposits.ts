import { DomainError } from "@closebell/context";
import { reachable, transact, type Work } from "@closebell/database";
import { and, asc, eq, gt, gte, ne, type SQL } from "drizzle-orm";
import { reportProblem } from "./chain-pass.ts";
import { isConfirmed } from "./confirmations.ts";
import { pathOf, type Sighting } from "./deposit-state.ts";
import type { Deposit } from "./deposit.ts";
import { holdScan } from "./scan-claim.ts";
import { tallyDeposit, type Scan } from "./scan-tally.ts";
import { stepDeposit, type SightedDeposit } from "./sight-deposit.ts";
import { standingReader, type Horizon, type Standing } from "./standing.ts";
import { deposits } from "./tables.ts";

const BATCH = 200;

/** Which deposits to judge: those that may still vanish, or those that should not, from a block on. */
export type Judged = "open" | { readonly finalFrom: bigint };

const chosen = (chain: string, judged: Judged): SQL | undefined =>
  and(
    eq(deposits.chain, chain),
    ne(deposits.state, "REORGED"),
    judged === "open"
      ? eq(deposits.final, false)
      : and(eq(deposits.final, true), gte(deposits.blockNumber, judged.finalFrom)),
  );

const batchAfter = (
  { pass }: Scan,
  where: SQL | undefined,
  after: string | undefined,
): Promise<readonly Deposit[]> =>
  reachable(pass.deps.database.url, () =>
    pass.deps.database.orm
      .select()
      .from(deposits)
      .where(and(where, after === undefined ? undefined : gt(deposits.id, after)))
      .orderBy(asc(deposits.id))
      .limit(BATCH),
  );

const isSmall = ({ pass }: Scan, deposit: Deposit): boolean =>
  deposit.amountMicroUsdc < pass.deps.policy.depositMinimum;

const sightingOf = ({ pass }: Scan, deposit: Deposit, standing: Standing): Sighting | undefined => {
  if (standing.kind === "unknown") return undefined;
  if (standing.kind === "gone") return "reorged";
  const { depth } = standing;
  if (depth.final) return "final";
  const { confirmations } = pass.deps.policy;
  return isConfirmed(confirmations, deposit.amountMicroUsdc, depth) ? "confirmed" : "seen";
};

const saysNothing = (scan: Scan, deposit: Deposit, sighting: Sighting): boolean => {
  if (sighting === "final" && !deposit.final) return false;
  const { state, creditedAt, suspendedAt } = deposit;
  const was = { state, credited: creditedAt !== null, suspended: suspendedAt !== null };
  return pathOf({ ...was, small: isSmall(scan, deposit) }, sighting).length === 0;
};

/** The deposit as it was judged, locked; undefined where it has been told in another block since. */
const lockJudged = async (work: Work, judged: Deposit): Promise<Deposit | undefined> => {
  const [deposit] = await work.tx
    .select()
    .from(deposits)
    .where(eq(deposits.id, judged.id))
    .for("update");
  const same = deposit?.blockHash === judged.blockHash && deposit.state !== "REORGED";
  return same ? deposit : undefined;
};

const DETAIL: Readonly<Record<Sighting, string>> = {
  seen: "",
  confirmed: "deep enough",
  final: "final",
  reorged: "its block has vanished",
};

const carryOut = (
  scan: Scan,
  judged: Deposit,
  sighting: Sighting,
): Promise<SightedDeposit | undefined> => {
  const { pass, claim } = scan;
  const { deps, by } = pass;
  return transact(deps, async (work) => {
    await holdScan(work, pass, claim);
    const deposit = await lockJudged(work, judged);
    if (deposit === undefined) return undefined;
    const small = isSmall(scan, deposit);
    const step = { by, deposit, sighting, small, detail: DETAIL[sighting] };
    const result = await stepDeposit(deps, work, step);
    if (sighting === "final") {
      await work.tx.update(deposits).set({ final: true }).where(eq(deposits.id, deposit.id));
    }
    return { ...result, fresh: false };
  });
};

/** Its money can't be moved as things stand: it is told of, and holds up no other. */
const isItsOwn = (error: unknown): boolean =>
  error instanceof DomainError && error.code !== "DATABASE_UNAVAILABLE";

/**
 * Asks for each deposit whether its block still stands and how deep it lies, and moves it on: credited once it is deep
 * enough for its amount, set aside if it is final and below the minimum, taken back if it has vanished.
 */
export const judgeDeposits = async (
  scan: Scan,
  horizon: Horizon,
  judged: Judged = "open",
): Promise<void> => {
  const { chain } = scan.pass;
  const standingOf = standingReader(chain, horizon);
  const where = chosen(chain.name, judged);
  for (let after: string | undefined; ;) {
    const batch = await batchAfter(scan, where, after);
    for (const deposit of batch) {
      const sighting = sightingOf(scan, deposit, await standingOf(deposit));
      if (sighting === undefined || saysNothing(scan, deposit, sighting)) continue;
      try {
        const sighted = await carryOut(scan, deposit, sighting);
        if (sighted !== undefined) tallyDeposit(scan, sighted);
      } catch (error) {
        if (!isItsOwn(error)) throw error;
        reportProblem(scan.pass, "deposits", error);
      }
    }
    after = batch.at(-1)?.id;
    if (batch.length < BATCH) return;
  }
};
