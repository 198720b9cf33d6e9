import { expect, test } from "bun:test";
import { nameUuid } from "@closebell/context";
import { snapshot } from "@closebell/database";
import { byTwo } from "@closebell/database/testing";
import { balancesOf, correctTransfer, HOUSE } from "@closebell/ledger";
import { microUsdc } from "@closebell/money";
import { advanceRounds } from "./advance-rounds.ts";
import { auditRounds } from "./audit-rounds.ts";
import { enterSettling } from "./enter-settling.ts";
import { getRound } from "./get-round.ts";
import { expectBalancedBooks, roundsHarness, type RoundsHarness } from "./testing/index.ts";

const CODE = "20261120";
const SETTLEMENT = nameUuid("round/ndx-20261120/settlement");

const betRound = async () => {
  const house = await roundsHarness();
  await advanceRounds(house.deps, { by: house.by });
  const winner = await house.user(1_000n);
  const loser = await house.user(1_000n);
  const { bet: won } = await house.bet(winner, "UP", 1_000n);
  const { bet: lost } = await house.bet(loser, "DOWN", 1_000n);
  house.oracle.script("2026-11-19", { kind: "right", price: "100" });
  house.oracle.script("2026-11-20", { kind: "right", price: "101" });
  return { ...house, winner, loser, won, lost };
};

const correct = ({ deps, by }: RoundsHarness, kind: string, ref: string, amount: bigint) =>
  byTwo(correctTransfer)(deps, {
    by: { ...by, reason: "case 118" },
    transfer: { period: 202611, kind, ref },
    amount: microUsdc(amount),
  });

const finish = async ({ deps, by, scratch }: RoundsHarness) => {
  await scratch.setClock("2026-11-20T21:05:00Z");
  await advanceRounds(deps, { by });
  return (await getRound(deps, { code: CODE })).state;
};

const capitalOf = async ({ deps }: RoundsHarness) => {
  const balances = await snapshot(deps, (tx) => balancesOf(tx, [HOUSE.capital]));
  return balances.get(HOUSE.capital);
};

const expectSound = async (house: RoundsHarness) => {
  await expectBalancedBooks(house);
  const failed = (await snapshot(house.deps, auditRounds)).filter(({ ok }) => !ok);
  expect(failed).toEqual([]);
};

test("a payout that is taken back goes to the house's capital, and the finished round stays empty", async () => {
  await using house = await betRound();
  expect(await finish(house)).toBe("SETTLED");
  const before = await capitalOf(house);
  expect(await correct(house, "payout", house.won.id, 5n)).toMatchObject({
    from: `user/${house.winner}/available`,
    to: HOUSE.capital,
  });
  expect((await capitalOf(house)) ?? 0n).toBe((before ?? 0n) + 5n);
  await expectSound(house);
});

test("a stake that is given back comes out of the house's capital, before the round is settled and after", async () => {
  await using house = await betRound();
  await correct(house, "bet", house.lost.id, 400n);
  expect(await house.available(house.loser)).toBe(400n);
  expect(await finish(house)).toBe("SETTLED");
  await correct(house, "bet", house.lost.id, 600n);
  expect(await house.available(house.loser)).toBe(1_000n);
  expect(await house.available(house.winner)).toBe(1_990n);
  await expectSound(house);
});

test("a fee that is taken back while its round settles does not stop it", async () => {
  await using house = await betRound();
  const { deps, by, scratch } = house;
  await scratch.setClock("2026-11-20T20:59:59Z");
  await advanceRounds(deps, { by });
  await enterSettling(deps, {
    by,
    roundId: 2026112001,
    basis: { kind: "side", side: "UP" },
    previousClose: "100",
    close: "101",
  });
  expect(await correct(house, "fee", SETTLEMENT, 1n)).toMatchObject({
    from: HOUSE.fees,
    to: HOUSE.capital,
  });
  expect(await finish(house)).toBe("SETTLED");
  await expectSound(house);
});

test("what a round moves within itself is not corrected", async () => {
  await using house = await betRound();
  expect(await finish(house)).toBe("SETTLED");
  const { deps, by } = house;
  const [pool] = await deps.database.sql<{ ref: string }[]>`
    select x.ref from ledger.transfer x join ledger.transfer_kind k on k.id = x.kind where k.name = 'pool' limit 1`;
  const attempt = correctTransfer(deps, {
    by: { ...by, reason: "case 119" },
    transfer: { period: 202611, kind: "pool", ref: pool?.ref ?? "" },
    amount: microUsdc(1n),
  });
  await expect(attempt).rejects.toMatchObject({ code: "TRANSFER_CONFLICT" });
});
