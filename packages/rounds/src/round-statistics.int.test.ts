import { expect, test } from "bun:test";
import { byTwo, errorOf } from "@closebell/database/testing";
import { advanceRounds } from "./advance-rounds.ts";
import { roundStatistics } from "./round-statistics.ts";
import { settleRound } from "./settle-round.ts";
import { roundsHarness, type RoundsHarness } from "./testing/rounds-harness.ts";

/** The totals of finished rounds, added up from the rounds themselves. */
const fromRounds = (house: RoundsHarness) => house.scratch.owner.sql`
  select market, outcome, count(*) as rounds, sum(bets_up)::bigint as bets_up, sum(bets_down)::bigint as bets_down,
    sum(pool_up) as stake_up, sum(pool_down) as stake_down
  from rounds.round where state in ('SETTLED', 'VOID') group by 1, 2 order by 1, 2`;

test("figures count finished rounds once, unfinished ones as they stand", async () => {
  await using house = await roundsHarness();
  const { deps, by, oracle, scratch } = house;
  await advanceRounds(deps, { by });
  const [ann, bob] = [await house.user(10_000n), await house.user(10_000n)];
  for (const [date, price] of Object.entries({ "2026-11-19": "100", "2026-11-20": "101" }))
    oracle.script(date, { kind: "right", price });
  await house.bet(ann, "UP", 100n);
  await house.bet(bob, "DOWN", 300n);
  await scratch.setClock("2026-11-20T21:05:00Z");
  await advanceRounds(deps, { by });
  await house.bet(ann, "UP", 7n);
  await byTwo(settleRound)(deps, { by, code: "20261123", result: "VOID" });
  // finished already: nothing is counted again
  await byTwo(settleRound)(deps, { by, code: "20261123", result: "VOID" }).catch(() => undefined);
  await advanceRounds(deps, { by });
  await house.bet(bob, "DOWN", 9n, { roundCode: "20261124" }).catch(() => undefined);

  const { rounds, bets } = await roundStatistics(deps);
  const counts = new Map(rounds.map((row) => [row.state, row.rounds]));
  expect([counts.get("SETTLED"), counts.get("VOID")]).toEqual([1n, 1n]);
  const volume = (side: string, outcome: string | null) =>
    bets
      .filter((row) => row.side === side && row.outcome === outcome)
      .map((row) => [row.bets, row.stakeMicroUsdc]);
  expect(volume("UP", "UP")).toEqual([[1n, 100n]]);
  expect(volume("DOWN", "UP")).toEqual([[1n, 300n]]);
  expect(volume("UP", "VOID")).toEqual([[1n, 7n]]);
  expect(volume("DOWN", "VOID")).toEqual([[0n, 0n]]);
  const [scheduled] = await scratch.owner.sql`
    select count(*) as n from rounds.round where state not in ('SETTLED', 'VOID')`;
  expect(rounds.reduce((sum, row) => sum + row.rounds, 0n) - 2n).toBe(scheduled?.["n"]);
  const totals = await scratch.owner.sql`select * from rounds.finished_total order by 1, 2`;
  expect([...totals]).toEqual([...(await fromRounds(house))]);
});

test("nobody but the end of a round writes the totals", async () => {
  await using house = await roundsHarness();
  const write = house.deps.database.sql`delete from rounds.finished_total`;
  expect(String(await errorOf(write))).toContain("permission denied");
});
