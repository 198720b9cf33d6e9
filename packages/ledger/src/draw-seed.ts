import type { Transaction } from "@closebell/database";
import { sql } from "drizzle-orm";

/** A number nobody knew before, for the hashes of one audit. Drawn by the database. */
export const drawSeed = async (tx: Pick<Transaction, "execute">): Promise<bigint> => {
  const [row] = await tx.execute<{ seed: bigint }>(
    sql`select (random() * 9007199254740991)::bigint as seed`,
  );
  if (row === undefined) throw new Error("drawing a seed returned no row");
  return row.seed;
};
