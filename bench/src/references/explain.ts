import { openSql } from "../scene/house.ts";
import { namedStatements, readSql } from "../scene/statements.ts";

/** From this version on PostgreSQL plans a statement without values for its parameters. */
const GENERIC_PLANS_SINCE = 160_000;

/** How PostgreSQL plans the statements of an .sql file that names them, whatever their parameters. */
export const plansOf = async (url: string, path: string): Promise<string> => {
  const sql = openSql(url, 1);
  try {
    const [server] = await sql<{ version: number }[]>`
      select current_setting('server_version_num')::int as version`;
    if ((server?.version ?? 0) < GENERIC_PLANS_SINCE)
      return "PostgreSQL plans these from version 16 on";
    const plans: string[] = [];
    for (const [name, text] of namedStatements(readSql(path))) {
      const rows = await sql
        .unsafe<{ "QUERY PLAN": string }[]>(`explain (generic_plan, costs off) ${text}`)
        .simple();
      plans.push(`${name}\n${rows.map((row) => `  ${row["QUERY PLAN"]}`).join("\n")}`);
    }
    return plans.join("\n");
  } finally {
    await sql.end({ timeout: 1 });
  }
};
