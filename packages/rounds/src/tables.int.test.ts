import { describe, expect, test } from "bun:test";
import { constraintOf, sqlStateOf } from "@closebell/database";
import { getTableColumns, getTableName, sql } from "drizzle-orm";
import { advanceRounds } from "./advance-rounds.ts";
import * as schema from "./schema.ts";
import { roundsHarness, type RoundsHarness } from "./testing/index.ts";

const APPEND_ONLY = "23000";
const NO_PRIVILEGE = "42501";

const opened = async (): Promise<RoundsHarness> => {
  const house = await roundsHarness();
  await advanceRounds(house.deps, { by: house.by });
  await house.bet(await house.user(100n), "UP", 100n);
  return house;
};

const attempt = async (
  house: RoundsHarness,
  as: "owner" | "application",
  statement: string,
): Promise<{ state: string | undefined; constraint: string | undefined }> => {
  const { owner, database } = house.scratch;
  try {
    await (as === "owner" ? owner : database).sql.unsafe(statement);
  } catch (error) {
    return { state: sqlStateOf(error), constraint: constraintOf(error) };
  }
  return { state: "done", constraint: undefined };
};

describe("the tables themselves", () => {
  test("let nobody change or remove a bet, a chunk's record or an attempt", async () => {
    await using house = await opened();
    for (const statement of [
      "update rounds.bet set stake = 1",
      "delete from rounds.bet",
      "truncate rounds.bet",
      "truncate rounds.bet_202611",
      "truncate rounds.settlement_chunk",
      "truncate rounds.oracle_attempt",
      "delete from rounds.round",
    ]) {
      expect((await attempt(house, "owner", statement)).state).toBe(APPEND_ONLY);
      expect((await attempt(house, "application", statement)).state).toBe(NO_PRIVILEGE);
    }
  });

  test("let a round go only forward, its lock only earlier, and its rules nowhere", async () => {
    await using house = await opened();
    const cases = [
      ["set state = 'SETTLED' where code = '20261120'", "round_state_order"],
      ["set state = 'SCHEDULED' where code = '20261120'", "round_state_order"],
      ["set lock_at = lock_at + interval '1 second'", "round_lock_never_later"],
      ["set fee_bps = 200", "round_rules_frozen"],
      ["set max_stake = 5", "round_rules_frozen"],
    ] as const;
    for (const [change, constraint] of cases) {
      expect(await attempt(house, "application", `update rounds.round ${change}`)).toMatchObject({
        constraint,
      });
    }
  });

  test("keep an outcome once it is fixed", async () => {
    await using house = await opened();
    house.oracle.script("2026-11-19", { kind: "right", price: "100" });
    house.oracle.script("2026-11-20", { kind: "right", price: "101" });
    await house.scratch.setClock("2026-11-20T21:05:00Z");
    await advanceRounds(house.deps, { by: house.by });
    for (const change of ["close = 99", "outcome = 'DOWN'", "fee = 3", "pool_up = 1"]) {
      expect(
        await attempt(house, "owner", `update rounds.round set ${change} where code = '20261120'`),
      ).toMatchObject({ constraint: "round_outcome_fixed" });
    }
  });

  test("are what the code believes them to be", async () => {
    await using house = await opened();
    const tables = Object.values(schema).filter((table) => typeof table === "object");
    for (const table of tables) {
      const columns = await house.deps.database.orm.execute<{
        name: string;
        nullable: boolean;
      }>(sql`
        select column_name as name, is_nullable = 'YES' as nullable from information_schema.columns
        where table_schema = 'rounds' and table_name = ${getTableName(table)}`);
      const stored = new Map(columns.map(({ name, nullable }) => [name, nullable]));
      const believed = Object.values(getTableColumns(table)).map(
        (column) => [column.name, !column.notNull && !column.primary] as const,
      );
      expect(new Map(believed)).toEqual(new Map([...stored].filter(([name]) => name !== "")));
    }
  });
});
