import { expect, test } from "bun:test";
import { postTransfers, userAccount } from "@closebell/ledger";
import { microUsdc } from "@closebell/money";
import { transact } from "@closebell/database";
import { randomUUID } from "node:crypto";
import { advanceRounds } from "./advance-rounds.ts";
import { roundsHarness, type RoundsHarness } from "./testing/rounds-harness.ts";

/** The months that have a partition, of a table. */
const periods = async (house: RoundsHarness, table: "ledger.transfer" | "rounds.bet") => {
  const rows = await house.scratch.owner.sql<{ period: string }[]>`
    select right(i.inhrelid::regclass::text, 6) as period from pg_inherits i
    where i.inhparent = ${table}::regclass order by 1`;
  return rows.map((row) => row.period);
};

const deposit = (house: RoundsHarness, userId: string, period: number) =>
  transact(house.deps, (work) =>
    postTransfers(work, {
      by: house.by,
      period,
      kind: 1,
      transfers: [
        {
          ref: randomUUID(),
          debit: "custody/test",
          credit: userAccount(userId, "available"),
          amount: microUsdc(1n),
        },
      ],
    }),
  );

test("next month's partitions stand before the month begins, so that nobody who moves money makes one", async () => {
  await using house = await roundsHarness();
  const ann = await house.user(0n);
  await house.scratch.setClock("2026-11-27T12:00:00Z");
  await advanceRounds(house.deps, { by: house.by });
  expect(await periods(house, "ledger.transfer")).toEqual(["202611", "202612"]);
  // the rounds two sessions ahead are December's
  expect(await periods(house, "rounds.bet")).toEqual(["202611", "202612"]);
  await deposit(house, ann, 202612);
  await house.scratch.setClock("2026-12-31T23:59:59Z");
  await advanceRounds(house.deps, { by: house.by });
  expect(await periods(house, "ledger.transfer")).toEqual(["202611", "202612", "202701"]);
});

test("making a month's partitions takes no lock that a bet or a deposit would wait for", async () => {
  await using house = await roundsHarness();
  await advanceRounds(house.deps, { by: house.by });
  const ann = await house.user(1_000n);
  await house.bet(ann, "UP", 1n);
  const maker = await house.scratch.database.sql.reserve();
  await maker`begin`;
  await maker`select rounds.ensure_period(203001)`;
  const locks = await maker<{ relation: string; mode: string }[]>`
    select l.relation::regclass::text as relation, l.mode from pg_locks l
    join pg_class c on c.oid = l.relation join pg_namespace s on s.oid = c.relnamespace
    where l.pid = pg_backend_pid() and s.nspname in ('rounds', 'ledger') and c.relkind in ('r', 'p')
      and c.relname !~ '203001'`;
  const weak = ["AccessShareLock", "RowShareLock", "RowExclusiveLock", "ShareUpdateExclusiveLock"];
  const strong = locks.filter(({ mode }) => !weak.includes(mode)).map(({ relation }) => relation);
  expect(locks.map(({ relation }) => relation)).toContainValues(["rounds.bet", "ledger.transfer"]);
  // its foreign key names transfers; an operator's correction may wait for a moment
  expect(new Set(strong)).toEqual(new Set(["ledger.correction"]));
  await house.bet(ann, "DOWN", 2n);
  await deposit(house, ann, 202611);
  await maker`rollback`;
  maker.release();
});

test("whoever can't have the locks gives up and is tried again, and what is due goes on", async () => {
  await using house = await roundsHarness();
  await advanceRounds(house.deps, { by: house.by });
  const warnings: string[] = [];
  const log = { ...house.deps.log, warn: (_: object, message: string) => warnings.push(message) };
  const holder = await house.scratch.owner.sql.reserve();
  await holder`begin`;
  await holder`lock table ledger.transfer, rounds.bet in share update exclusive mode`;
  await house.scratch.setClock("2026-12-01T15:00:00Z");
  const advanced = await advanceRounds({ ...house.deps, log }, { by: house.by });
  expect(advanced?.locked).toContain("20261120");
  expect(warnings).toEqual(Array(2).fill("a partition could not be made now; it is tried again"));
  await holder`rollback`;
  holder.release();
  const next = await advanceRounds(house.deps, { by: house.by });
  expect(next?.scheduled).toContain("20261201");
  expect(await periods(house, "ledger.transfer")).toContain("202701");
});
