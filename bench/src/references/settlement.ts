import { readSql, statementsOf } from "../scene/statements.ts";
import { openSql } from "../scene/house.ts";
import { NotConserved, type Stage } from "../stage.ts";

const vacuum = "vacuum (analyze) minimal.account, minimal.bet";

/** A database with `bets` of `players` for the minimal settlement, to be copied for each sample. */
export const createMinimalBets = async (
  { server }: Pick<Stage, "server">,
  bets: number,
  players: number,
): Promise<string> => {
  const url = await server.createDatabase();
  const sql = openSql(url, 1);
  const statement = statementsOf("references/settlement-load.sql");
  try {
    await sql.unsafe(readSql("references/settlement-tables.sql"));
    await sql.unsafe(statement("accounts"), [players]);
    await sql.unsafe(statement("bets"), [bets, players]);
    await sql.unsafe(statement("stakes"));
    await sql.unsafe(vacuum);
  } finally {
    await sql.end({ timeout: 1 });
  }
  return url;
};

/** How PostgreSQL plans the statement, on the bets that are there. */
export const planOfMinimal = async (url: string): Promise<string> => {
  const sql = openSql(url, 1);
  try {
    const rows = await sql.unsafe<{ "QUERY PLAN": string }[]>(
      `explain (costs off) ${readSql("references/settlement-settle.sql")}`,
    );
    return rows.map((row) => row["QUERY PLAN"]).join("\n");
  } finally {
    await sql.end({ timeout: 1 });
  }
};

/** Seconds that settling takes on a copy of such a database, which is dropped after. */
export const settleMinimal = async (
  { server }: Pick<Stage, "server">,
  template: string,
): Promise<number> => {
  const url = await server.createDatabase(template);
  const sql = openSql(url, 1);
  try {
    await server.checkpoint();
    const began = performance.now();
    await sql.unsafe(readSql("references/settlement-settle.sql"));
    const seconds = (performance.now() - began) / 1000;
    const [row] = await sql<{ ok: boolean }[]>`
      select (select sum(balance) from minimal.account) = (select sum(stake) from minimal.bet)
        and (select sum(amount) from minimal.entry) = 0
        and (select count(*) from minimal.entry) = 2 * (select count(*) from minimal.bet where up) as ok`;
    if (row?.ok !== true) throw new NotConserved("the minimal settlement does not balance");
    return seconds;
  } finally {
    await sql.end({ timeout: 1 });
    await server.dropDatabase(url);
  }
};
