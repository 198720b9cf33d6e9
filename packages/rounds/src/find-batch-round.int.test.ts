import { expect, test } from "bun:test";
import { advanceRounds } from "./advance-rounds.ts";
import { createRoundFinder } from "./find-batch-round.ts";
import { roundsHarness } from "./testing/index.ts";

const OPEN = "20261120";

test("a round that is named is asked for once, the current one again after a second", async () => {
  await using house = await roundsHarness();
  await advanceRounds(house.deps, { by: house.by });
  const asked: string[] = [];
  const { database, events } = house.deps;
  const orm = new Proxy(database.orm, {
    get: (target, name) => {
      asked.push(String(name));
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const finder = createRoundFinder({ database: { ...database, orm }, events });
  const questionsOf = async (named: { readonly roundCode?: string }): Promise<number> => {
    asked.length = 0;
    expect((await finder.find(named)).code).toBe(OPEN);
    return asked.length;
  };
  for (const named of [{}, { roundCode: OPEN }]) {
    expect(await questionsOf(named)).toBeGreaterThan(0);
    expect(await questionsOf(named)).toBe(0);
  }
  await Bun.sleep(1_100);
  expect(await questionsOf({ roundCode: OPEN })).toBe(0);
  expect(await questionsOf({})).toBeGreaterThan(0);
  finder.close();
});

test("a round that is not there is looked for again each time", async () => {
  await using house = await roundsHarness();
  await advanceRounds(house.deps, { by: house.by });
  const finder = createRoundFinder(house.deps);
  const named = { roundCode: "20261207" };
  await expect(finder.find(named)).rejects.toMatchObject({ code: "ROUND_NOT_FOUND" });
  await house.scratch.setClock("2026-12-04T22:00:00Z");
  await advanceRounds(house.deps, { by: house.by });
  expect(await finder.find(named)).toMatchObject({ code: named.roundCode, previousId: null });
  finder.close();
});
