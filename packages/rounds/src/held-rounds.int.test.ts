import { describe, expect, test } from "bun:test";
import { byTwo } from "@closebell/database/testing";
import { advanceRounds } from "./advance-rounds.ts";
import { cancelSession } from "./calendar-exceptions.ts";
import { getRound } from "./get-round.ts";
import { holdRound, releaseRound } from "./hold-round.ts";
import type { Oracle } from "./oracle.ts";
import { settleRound } from "./settle-round.ts";
import { expectBalancedBooks, roundsHarness, type RoundsHarness } from "./testing/index.ts";

const CODE = "20261120";
const SETTLE = "2026-11-20T21:05:00Z";
const AFTER_GRACE = "2026-11-20T21:35:00Z";

/** A locked round with a bet on each side, and the close its source will give. */
const lockedRound = async (price: string | undefined): Promise<RoundsHarness> => {
  const house = await roundsHarness();
  await advanceRounds(house.deps, { by: house.by });
  await house.bet(await house.user(10n), "UP", 10n);
  await house.bet(await house.user(10n), "DOWN", 10n);
  house.oracle.script("2026-11-19", { kind: "right", price: "100" });
  house.oracle.script(
    "2026-11-20",
    price === undefined ? { kind: "unavailable" } : { kind: "right", price },
  );
  return house;
};

const standing = async ({ deps }: RoundsHarness) => {
  const { state, heldReason, voidReason } = await getRound(deps, { code: CODE });
  return { state, heldReason, voidReason };
};

/** The source of the house, which has `act` done once before it answers. */
const slowSource = ({ oracle }: RoundsHarness, act: () => Promise<unknown>): Oracle => {
  let done = false;
  return {
    ...oracle,
    closeOf: async (symbol, date, signal) => {
      if (!done) {
        done = true;
        await act();
      }
      return oracle.closeOf(symbol, date, signal);
    },
  };
};

const hold = ({ deps, by }: RoundsHarness) =>
  holdRound(deps, { by: { ...by, reason: "the sources are looked at" }, code: CODE });

/** Lets the rounds advance at `instant`; `act` is done while the source is being asked. */
const advanceDuring = async (
  house: RoundsHarness,
  instant: string,
  act: () => Promise<unknown>,
): Promise<void> => {
  const { deps, by, scratch } = house;
  await scratch.setClock(instant);
  await advanceRounds({ ...deps, oracles: { scripted: slowSource(house, act) } }, { by });
};

describe("a held round whose sources are asked by hand", () => {
  test("is not voided by one person because they are silent after the grace", async () => {
    await using house = await lockedRound("10");
    const { deps, by, scratch, oracle } = house;
    await scratch.setClock(SETTLE);
    await advanceRounds(deps, { by });
    const guarded = { state: "LOCKED", heldReason: "GUARD", voidReason: null } as const;
    expect(await standing(house)).toEqual(guarded);
    await scratch.setClock(AFTER_GRACE);
    oracle.script("2026-11-20", { kind: "unavailable" });
    await expect(settleRound(deps, { by, code: CODE, result: "AUTO" })).rejects.toMatchObject({
      code: "PRICE_INVALID",
    });
    expect(await standing(house)).toEqual(guarded);
    oracle.script("2026-11-20", { kind: "right", price: "101" });
    await settleRound(deps, { by, code: CODE, result: "AUTO" });
    expect(await standing(house)).toMatchObject({ state: "SETTLED", heldReason: null });
    await expectBalancedBooks(house);
  });

  test("stays held by the operator, even where the price is beyond the guard", async () => {
    await using house = await lockedRound("10");
    const { deps, by, scratch } = house;
    await hold(house);
    await scratch.setClock(AFTER_GRACE);
    await advanceRounds(deps, { by });
    await expect(settleRound(deps, { by, code: CODE, result: "AUTO" })).rejects.toMatchObject({
      code: "PRICE_INVALID",
    });
    expect(await standing(house)).toMatchObject({ state: "LOCKED", heldReason: "OPERATOR" });
    await releaseRound(deps, { by, code: CODE });
  });
});

describe("while the sources are asked", () => {
  test("a round that is held is not settled by what they say", async () => {
    await using house = await lockedRound("101");
    await advanceDuring(house, SETTLE, () => hold(house));
    expect(await standing(house)).toMatchObject({ state: "LOCKED", heldReason: "OPERATOR" });
  });

  test("a round that is held is not voided by their silence", async () => {
    await using house = await lockedRound(undefined);
    await advanceDuring(house, AFTER_GRACE, () => hold(house));
    expect(await standing(house)).toMatchObject({ state: "LOCKED", heldReason: "OPERATOR" });
  });

  test("a round whose session is cancelled is void, whatever they say", async () => {
    await using house = await lockedRound("101");
    const { deps, by } = house;
    const session = {
      by: { ...by, reason: "announced" },
      exchange: "NASDAQ",
      date: Temporal.PlainDate.from("2026-11-20"),
      source: "Equity Trader Alert 2026-99",
    };
    await advanceDuring(house, SETTLE, () => byTwo(cancelSession)(deps, session));
    expect((await standing(house)).state).toBe("LOCKED");
    await advanceRounds(deps, { by });
    expect(await standing(house)).toMatchObject({
      state: "VOID",
      voidReason: "CANCELLED_SESSION",
    });
    await expectBalancedBooks(house);
  });

  test("a round whose previous session is cancelled is asked about anew", async () => {
    await using house = await lockedRound("101");
    const { deps, by, oracle, scratch } = house;
    oracle.script("2026-11-23", { kind: "right", price: "90" });
    const session = {
      by: { ...by, reason: "announced" },
      exchange: "NASDAQ",
      date: Temporal.PlainDate.from("2026-11-20"),
      source: "Equity Trader Alert 2026-99",
    };
    await scratch.setClock("2026-11-20T21:04:00Z");
    await hold(house);
    await advanceDuring(house, "2026-11-23T21:05:00Z", () => byTwo(cancelSession)(deps, session));
    const monday = () => getRound(deps, { code: "20261123" });
    expect((await monday()).state).toBe("LOCKED");
    await scratch.setClock("2026-11-23T21:05:30Z");
    await advanceRounds(deps, { by });
    expect(await monday()).toMatchObject({ state: "SETTLED" });
    expect((await monday()).previousDate).toBe("2026-11-19");
  });
});
