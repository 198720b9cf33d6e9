import { sql } from "drizzle-orm";
import { reachable } from "./errors.ts";
import type { Deps } from "./transact.ts";

const BATCH = 1_000;

/**
 * Forgets the answers to requests with a key that are older than 24 h of real time, in small transactions, and says how
 * many. Any number of processes may do so at once.
 * @throws DomainError DATABASE_UNAVAILABLE
 */
export const forgetAnswers = async ({ database }: Pick<Deps, "database">): Promise<number> => {
  for (let total = 0; ;) {
    const [row] = await reachable(database.url, () =>
      database.orm.execute<{ forgotten: number }>(
        sql`select database.forget_answers(${BATCH}) as forgotten`,
      ),
    );
    const forgotten = row?.forgotten ?? 0;
    total += forgotten;
    if (forgotten < BATCH) return total;
  }
};
