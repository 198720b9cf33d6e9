import { readSql, statementsOf } from "../scene/statements.ts";
import { openSql } from "../scene/house.ts";
import { NotConserved, type Stage } from "../stage.ts";
import { plansOf } from "./explain.ts";
import { createHistogram } from "../stats/histogram.ts";

/** A database for nothing but the smallest durable commit. */
export interface DurableCommit extends AsyncDisposable {
  /** The median of `commits` in a row on one connection, in microseconds. */
  p50(commits: number): Promise<number>;
  /** How its statement is planned. */
  plan(): Promise<string>;
}

export const openDurableCommit = async (stage: Stage): Promise<DurableCommit> => {
  const url = await stage.server.createDatabase();
  const sql = openSql(url, 1);
  const file = "references/durable-commit.sql";
  await sql.unsafe(readSql(file).split("-- name:")[0] ?? "");
  const insert = statementsOf(file)("commit");
  let written = 0;
  return {
    async p50(commits) {
      const histogram = createHistogram();
      for (let n = 0; n < commits; n += 1) {
        const began = performance.now();
        await sql.unsafe(insert, [n], { prepare: true });
        histogram.record((performance.now() - began) * 1000);
      }
      written += commits;
      const [row] = await sql<{ n: number }[]>`select count(*)::int as n from durable.row`;
      if (row?.n !== written) throw new NotConserved(`${row?.n} of ${written} rows are there`);
      return histogram.quantile(0.5);
    },
    plan: () => plansOf(url, file),
    async [Symbol.asyncDispose]() {
      await sql.end({ timeout: 1 });
      await stage.server.dropDatabase(url);
    },
  };
};
