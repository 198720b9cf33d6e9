import { reachable, transact } from "@closebell/database";
import { and, asc, eq, gt, gte, ne } from "drizzle-orm";
import type { Funding, FundingState } from "./funding.ts";
import type { Judged } from "./judge-deposits.ts";
import { moveFunding } from "./move-funding.ts";
import { holdScan } from "./scan-claim.ts";
import type { Scan } from "./scan-tally.ts";
import { standingReader, type Horizon, type Standing } from "./standing.ts";
import { fundings } from "./tables.ts";

const BATCH = 200;

const batchAfter = (
  { pass }: Scan,
  judged: Judged,
  after: string | undefined,
): Promise<readonly Funding[]> =>
  reachable(pass.deps.database.url, () =>
    pass.deps.database.orm
      .select()
      .from(fundings)
      .where(
        and(
          eq(fundings.chain, pass.chain.name),
          ne(fundings.state, "REORGED"),
          eq(fundings.final, judged !== "open"),
          judged === "open" ? undefined : gte(fundings.blockNumber, judged.finalFrom),
          after === undefined ? undefined : gt(fundings.id, after),
        ),
      )
      .orderBy(asc(fundings.id))
      .limit(BATCH),
  );

const nextOf = ({ state, final }: Funding, standing: Standing): FundingState | undefined => {
  if (standing.kind === "gone") return "REORGED";
  if (standing.kind === "unknown" || !standing.depth.final || final) return undefined;
  return state === "SEEN" ? "BOOKED" : state;
};

const carryOut = async ({ pass, claim }: Scan, judged: Funding, to: FundingState) => {
  const { deps, by } = pass;
  const moved = await transact(deps, async (work) => {
    await holdScan(work, pass, claim);
    const [funding] = await work.tx
      .select()
      .from(fundings)
      .where(eq(fundings.id, judged.id))
      .for("update");
    if (funding === undefined || funding.state === "REORGED") return false;
    if (funding.blockHash !== judged.blockHash) return false;
    if (to !== "REORGED") {
      await work.tx.update(fundings).set({ final: true }).where(eq(fundings.id, funding.id));
    }
    if (to === funding.state) return false;
    const detail = to === "REORGED" ? "its block has vanished" : "final";
    await moveFunding(deps, work, { by, funding: { ...funding, final: true }, to, detail });
    return true;
  });
  if (!moved) return;
  const { id, chain, tx, amountMicroUsdc } = judged;
  const fields = { fundingId: id, chain, tx, amountMicroUsdc: amountMicroUsdc.toString() };
  if (to !== "REORGED") deps.log.info(fields, "money from outside is booked as house/capital");
  else if (judged.state === "SEEN") deps.log.info(fields, "money from outside has vanished again");
  else deps.log.error(fields, "the chain took back money of the house");
};

/** Books an operator's money once its block is final, and takes back what has vanished. */
export const judgeFundings = async (
  scan: Scan,
  horizon: Horizon,
  judged: Judged = "open",
): Promise<void> => {
  const standingOf = standingReader(scan.pass.chain, horizon);
  for (let after: string | undefined; ;) {
    const batch = await batchAfter(scan, judged, after);
    for (const funding of batch) {
      const to = nextOf(funding, await standingOf(funding));
      if (to !== undefined) await carryOut(scan, funding, to);
    }
    after = batch.at(-1)?.id;
    if (batch.length < BATCH) return;
  }
};
