import { expect, test } from "bun:test";
import { apiHarness, type ApiHarness } from "../testing/api-harness.ts";

const OPEN = "2026-11-20T22:00:00Z";

const bet = (h: ApiHarness, userId: string, stakeMicroUsdc: string) =>
  h.ask("POST", "/bets", {
    json: { userId, side: "UP", stakeMicroUsdc },
    headers: { "Idempotency-Key": `${userId}-${stakeMicroUsdc}` },
  });

test("whoever was answered finds it in the next read, bet after bet, on every path that shows it", async () => {
  // the intake publishes to another bus than the API's: no event tells of these bets
  await using h = await apiHarness();
  await h.moveTo(OPEN);
  const ada = await h.player("50000000");
  for (const [stake, pool] of [
    ["1", "1"],
    ["2", "3"],
    ["3", "6"],
  ] as const) {
    expect((await bet(h, ada, stake)).status).toBe(201);
    for (const path of ["/rounds/current", "/rounds/current?market=NDX"])
      expect((await h.ask("GET", path)).at("open.poolUpMicroUsdc")).toBe(pool);
    for (const path of ["/rounds/20261123", "/rounds/20261123?market=NDX"])
      expect((await h.ask("GET", path)).at("poolUpMicroUsdc")).toBe(pool);
    for (const path of ["/quote", "/rounds/20261123/quote"])
      expect((await h.ask("GET", `${path}?stakeMicroUsdc=1`)).at("poolUpMicroUsdc")).toBe(pool);
  }
});

test("a deposit that was answered is in the total", async () => {
  await using h = await apiHarness();
  for (const total of ["0", "7", "14"]) {
    expect((await h.ask("GET", "/tvl")).at("tvlMicroUsdc")).toBe(total);
    await h.player("7");
  }
});

test("a clock that was moved over HTTP is the next read's", async () => {
  await using h = await apiHarness();
  await h.moveTo(OPEN);
  const paths = ["/rounds/current", "/rounds/20261123"];
  const codes = async () => {
    const [current, round] = await Promise.all(paths.map((path) => h.ask("GET", path)));
    return [current?.at("open.code"), round?.at("state")];
  };
  expect(await codes()).toEqual(["20261123", "OPEN"]);
  await h.ask("POST", "/simulate/clock", { json: { to: "2026-11-23T20:59:59Z" } });
  expect(await codes()).toEqual(["20261124", "LOCKED"]);
});

test("what nobody told of is read again within a second; an event is believed at once", async () => {
  await using h = await apiHarness();
  await h.moveTo(OPEN);
  const paused = async () => (await h.ask("GET", "/rounds/20261123")).at("paused");
  const begun = performance.now();
  const stillRuns = async () => {
    const found = await paused();
    // where the machine stalled, the second may be over
    if (performance.now() - begun < 1_000) expect(found).toBe("false");
  };
  expect(await paused()).toBe("false");
  await h.rounds.scratch.owner.sql`update rounds.round set paused = true where code = '20261123'`;
  await stillRuns();
  const event = { market: "NDX", round: "20261123", state: "OPEN" };
  h.events.publish({ type: "round.state", ...event, round: "20261124" });
  await stillRuns();
  h.events.publish({ type: "round.state", ...event });
  expect(await paused()).toBe("true");
  await h.rounds.scratch.owner.sql`update rounds.round set paused = false where code = '20261123'`;
  await Bun.sleep(1_000);
  expect(await paused()).toBe("false");
});

test("any number of polls at once are one read of the database", async () => {
  await using h = await apiHarness();
  await h.moveTo(OPEN);
  const { sql } = h.rounds.scratch.owner;
  const lock = await sql.reserve();
  await lock`begin`;
  await lock`lock table rounds.round in access exclusive mode`;
  const polls = Array.from({ length: 200 }, () => h.ask("GET", "/rounds/20261123"));
  const waiting = async () => {
    const found = await sql`
      select from pg_locks join pg_stat_activity using (pid)
      where datname = current_database() and relation = 'rounds.round'::regclass and not granted`;
    return found.length;
  };
  while ((await waiting()) === 0) await Bun.sleep(5);
  const counts = new Set<number>();
  for (let n = 0; n < 10; n += 1) {
    await Bun.sleep(20);
    counts.add(await waiting());
  }
  await lock`rollback`;
  lock.release();
  expect([...counts]).toEqual([1]);
  for (const poll of await Promise.all(polls)) expect(poll.at("code")).toBe("20261123");
});
