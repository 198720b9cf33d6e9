import { describe, expect, test } from "bun:test";
import { listAudit } from "@closebell/database";
import { byTwo } from "@closebell/database/testing";
import { advanceRounds } from "./advance-rounds.ts";
import { getRound } from "./get-round.ts";
import { lockRound } from "./lock-round.ts";
import { openRound } from "./open-round.ts";
import { pauseRound } from "./pause-round.ts";
import { settleRound } from "./settle-round.ts";
import { expectBalancedBooks, roundsHarness } from "./testing/index.ts";

const CODE = "20261120";

describe("by hand", () => {
  test("a round is opened, locked and settled, with who and why on record", async () => {
    await using house = await roundsHarness();
    const { deps } = house;
    const by = { ...house.by, reason: "the rehearsal" };
    expect(await openRound(deps, { by, code: CODE })).toMatchObject({ state: "OPEN" });
    await house.bet(await house.user(100n), "UP", 100n);
    await house.bet(await house.user(100n), "DOWN", 100n);
    const locked = await byTwo(lockRound)(deps, { by, code: CODE });
    expect(locked).toMatchObject({ state: "LOCKED" });
    expect(locked.lockAt.toString()).toBe("2026-11-20T12:00:00.000001Z");
    expect(await byTwo(settleRound)(deps, { by, code: CODE, result: "DOWN" })).toMatchObject({
      state: "SETTLED",
      outcome: "DOWN",
      fee: 1n,
    });
    await expectBalancedBooks(house);
    const { items } = await listAudit(deps, { limit: 50 });
    const actions = items
      .filter(({ reason }) => reason === "the rehearsal")
      .map(({ action }) => action);
    const both = ["approval.request", "approval.request"];
    expect(actions.toSorted()).toEqual([...both, "round.lock", "round.open", "round.settle"]);
  });

  test("a second opening, a holiday, a date that passed, a code that is none, and beyond the calendar are refused", async () => {
    await using house = await roundsHarness();
    const { deps, by } = house;
    await openRound(deps, { by, code: CODE });
    const refusals = [
      [CODE, "ROUND_EXISTS"],
      ["20261126", "NOT_A_SESSION"],
      ["20261119", "ROUND_NOT_OPEN"],
      ["2026-11-20", "NOT_A_SESSION"],
      ["20310102", "BEYOND_CALENDAR"],
    ] as const;
    for (const [code, error] of refusals) {
      await expect(openRound(deps, { by, code })).rejects.toMatchObject({ code: error });
    }
  });

  test("a coming round opens early and takes bets that name it; the current one stays current", async () => {
    await using house = await roundsHarness();
    const { deps, by } = house;
    await advanceRounds(deps, { by });
    expect(await openRound(deps, { by, code: "20261202" })).toMatchObject({ state: "OPEN" });
    const user = await house.user(10n);
    expect((await house.bet(user, "UP", 1n, { roundCode: "20261202" })).bet.roundCode).toBe(
      "20261202",
    );
    expect((await house.bet(user, "UP", 1n)).bet.roundCode).toBe(CODE);
  });

  test("only a locked round is settled; void takes any whose outcome is not fixed; fixed is fixed", async () => {
    await using house = await roundsHarness();
    const { deps, by } = house;
    await advanceRounds(deps, { by });
    const user = await house.user(100n);
    await house.bet(user, "UP", 60n);
    for (const result of ["UP", "DOWN", "AUTO"] as const) {
      await expect(byTwo(settleRound)(deps, { by, code: CODE, result })).rejects.toMatchObject({
        code: "ROUND_STATE_CONFLICT",
      });
    }
    expect(await byTwo(settleRound)(deps, { by, code: CODE, result: "VOID" })).toMatchObject({
      state: "VOID",
      voidReason: "OPERATOR",
    });
    expect(await house.available(user)).toBe(100n);
    for (const result of ["UP", "DOWN", "AUTO", "VOID"] as const) {
      await expect(byTwo(settleRound)(deps, { by, code: CODE, result })).rejects.toMatchObject({
        code: "ROUND_STATE_CONFLICT",
      });
    }
    await expect(byTwo(lockRound)(deps, { by, code: CODE })).rejects.toMatchObject({
      code: "ROUND_STATE_CONFLICT",
    });
    await expect(pauseRound(deps, { by, code: CODE })).rejects.toMatchObject({
      code: "ROUND_STATE_CONFLICT",
    });
    await expectBalancedBooks(house);
  });

  test("a round whose lock has passed unseen is settled once what is due was done, which whoever settles it is told", async () => {
    await using house = await roundsHarness();
    const { deps, by, oracle, scratch } = house;
    await advanceRounds(deps, { by });
    await scratch.setClock("2026-11-20T21:05:00Z");
    oracle.script("2026-11-19", { kind: "right", price: "100" });
    oracle.script("2026-11-20", { kind: "right", price: "99" });
    await expect(settleRound(deps, { by, code: CODE, result: "AUTO" })).rejects.toMatchObject({
      code: "ROUND_STATE_CONFLICT",
      message: expect.stringContaining("`bun run admin advance`"),
    });
    await advanceRounds(deps, { by });
    expect(await getRound(deps, { code: CODE })).toMatchObject({ state: "SETTLED" });
  });

  test("AUTO asks the sources, not before they may be asked, and says so when they have no price", async () => {
    await using house = await roundsHarness();
    const { deps, by, oracle, scratch } = house;
    await advanceRounds(deps, { by });
    await scratch.setClock("2026-11-20T21:00:00Z");
    await advanceRounds(deps, { by });
    const auto = () => byTwo(settleRound)(deps, { by, code: CODE, result: "AUTO" });
    await expect(auto()).rejects.toMatchObject({ code: "ROUND_NOT_CLOSED" });
    await scratch.setClock("2026-11-20T21:05:00Z");
    await expect(auto()).rejects.toMatchObject({ code: "PRICE_INVALID" });
    oracle.script("2026-11-19", { kind: "right", price: "100" });
    oracle.script("2026-11-20", { kind: "right", price: "99" });
    expect(await auto()).toMatchObject({ state: "SETTLED", outcome: "DOWN" });
  });

  test("a round nobody knows is not found", async () => {
    await using house = await roundsHarness();
    const { deps, by } = house;
    for (const verb of [lockRound, pauseRound]) {
      await expect(verb(deps, { by, code: CODE })).rejects.toMatchObject({
        code: "ROUND_NOT_FOUND",
      });
    }
    await expect(getRound(deps, { code: CODE, market: "DAX" })).rejects.toMatchObject({
      code: "MARKET_NOT_FOUND",
    });
  });
});

test("UP or DOWN by hand is refused before the session's close, outside a sandbox", async () => {
  await using house = await roundsHarness({}, { sandbox: false });
  const { deps, by } = house;
  const [code] = (await advanceRounds(deps, { by }))?.scheduled ?? [];
  if (code === undefined) throw new Error("no round was scheduled");
  await byTwo(lockRound)(deps, { by, code });
  await expect(byTwo(settleRound)(deps, { by, code, result: "UP" })).rejects.toMatchObject({
    code: "ROUND_NOT_CLOSED",
  });
  expect(await byTwo(settleRound)(deps, { by, code, result: "VOID" })).toMatchObject({
    state: "VOID",
  });
});
