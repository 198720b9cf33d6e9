import type { Work } from "@closebell/database";
import { sql } from "drizzle-orm";

/** Makes the partition that holds the transfers of `period` (YYYYMM), if it is not there yet. */
export const ensurePeriod = async (work: Work, period: number): Promise<void> => {
  await work.tx.execute(sql`select ledger.ensure_period(${period}::int)`);
};
