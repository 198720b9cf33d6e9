import { expect, test } from "bun:test";
import { snapshot } from "@closebell/database";
import { byTwo } from "@closebell/database/testing";
import { reconcile } from "@closebell/ledger";
import { advanceRounds } from "./advance-rounds.ts";
import { auditRounds } from "./audit-rounds.ts";
import { enterSettling } from "./enter-settling.ts";
import { settleRound } from "./settle-round.ts";
import { suspectRounds } from "./suspect-rounds.ts";
import { loadBets, roundsHarness, type RoundsHarness } from "./testing/index.ts";

/** What a source may have said. */
const PRICES = { previousClose: "100", close: "101" };

const CODE = "20261120";
const ROUND = 2026112001;
const SETTLEMENT = "ledger.account_id('round/ndx-20261120/settlement')";
const ANY_ID = "gen_random_uuid()";

type Stage = "open" | "settling" | "settled" | "void";

/** A round of 200 bets at some stage of its life, its books right. */
const at = async (house: RoundsHarness, stage: Stage): Promise<void> => {
  const { deps, by, scratch } = house;
  await advanceRounds(deps, { by });
  await loadBets(house, { roundId: ROUND, players: 20, bets: 200 });
  if (stage === "open") return;
  if (stage === "void")
    return void (await byTwo(settleRound)(deps, { by, code: CODE, result: "VOID" }));
  await scratch.setClock("2026-11-20T20:59:59Z");
  await advanceRounds(deps, { by });
  const basis = { kind: "side", side: "UP" } as const;
  if (stage === "settling")
    return void (await enterSettling(deps, { by, roundId: ROUND, basis, ...PRICES }));
  await byTwo(settleRound)(deps, { by, code: CODE, result: "UP" });
};

const failing = async (house: RoundsHarness): Promise<readonly string[]> => {
  const checks = await snapshot(house.deps, auditRounds);
  return checks.filter(({ ok }) => !ok).map(({ name, detail }) => `${name}: ${detail}`);
};

/** Writes to the books as nobody may, past every trigger. */
const tamper = (house: RoundsHarness, statements: readonly string[]) =>
  house.scratch.owner.sql.begin(async (tx) => {
    for (const table of ["ledger.transfer", "rounds.bet"]) {
      await tx.unsafe(`alter table ${table} disable trigger user`);
    }
    for (const statement of statements) await tx.unsafe(statement);
    for (const table of ["ledger.transfer", "rounds.bet"]) {
      await tx.unsafe(`alter table ${table} enable trigger user`);
    }
  });

const transfer = (kind: number, ref: string, debit: string, credit: string, amount: number) => `
  insert into ledger.transfer (period, kind, ref, debit, credit, amount, actor, request, posted_at)
  values (202611, ${kind}, ${ref}, ${debit}, ${credit}, ${amount}, ${ANY_ID}, ${ANY_ID}, now())`;

const FIRST_WINNER = `(select id from rounds.bet where side = 'UP' order by id limit 1)`;
const ITS_USER = `(select debit from ledger.transfer where kind = 20 and ref = ${FIRST_WINNER})`;
const ONE_USER = `(select min(id) from ledger.account where purpose = 'available')`;

test("rounds whose books are right are cleared by sums, but for those that are settling", async () => {
  for (const [stage, suspects] of [
    ["open", []],
    ["settling", [ROUND]],
    ["settled", []],
    ["void", []],
  ] as const) {
    await using house = await roundsHarness();
    await at(house, stage);
    expect([stage, await snapshot(house.deps, suspectRounds)]).toEqual([stage, [...suspects]]);
    expect(await failing(house)).toEqual([]);
  }
});

const OFFENCES = [
  [
    "a bet without its stake",
    "open",
    [
      `insert into rounds.bet select round_id, ${ANY_ID}, user_id, ${ANY_ID}, 7, accepted_at, 'UP', stripe from rounds.bet limit 1`,
    ],
    "open-pools-equal-stakes: round/ndx-20261120/up is off by -7",
  ],
  [
    "a bet whose side was changed",
    "open",
    [`update rounds.bet set side = 'DOWN' where id = ${FIRST_WINNER}`],
    "open-pools-equal-stakes: round/ndx-20261120/up is off by",
  ],
  [
    "a pool that holds too much",
    "open",
    [`update ledger.account set balance = balance + 5 where code = 'round/ndx-20261120/up/0'`],
    "open-pools-equal-stakes: round/ndx-20261120/up is off by 5",
  ],
  [
    "a settlement account that holds too little",
    "settling",
    [`update ledger.account set balance = balance - 3 where id = ${SETTLEMENT}`],
    "settling-rounds-hold-what-they-owe: round/ndx-20261120/settlement",
  ],
  [
    "money left in a finished round",
    "settled",
    [`update ledger.account set balance = 4 where id = ${SETTLEMENT}`],
    "finished-rounds-are-empty: round/ndx-20261120 is off by 4",
  ],
  [
    "a winner who was not paid",
    "settled",
    [`delete from ledger.transfer where kind = 23 and ref = ${FIRST_WINNER}`],
    "staked-equals-paid-fees-refunded: round/ndx-20261120 is off by",
  ],
  [
    "a payment for a bet that does not exist, in the place of one that does",
    "settled",
    [`update ledger.transfer set ref = ${ANY_ID} where kind = 23 and ref = ${FIRST_WINNER}`],
    "staked-equals-paid-fees-refunded: round/ndx-20261120 is off by",
  ],
  [
    "a winner's payout to somebody else",
    "settled",
    [
      `update ledger.transfer x set credit = ${ONE_USER} where kind = 23 and ref = (
        select ref from ledger.transfer where kind = 23 and credit <> ${ONE_USER} limit 1)`,
    ],
    "paid-to-those-who-staked: round/ndx-20261120 is off by",
  ],
  [
    "a refund too many",
    "void",
    [transfer(23, FIRST_WINNER, SETTLEMENT, ITS_USER, 9)],
    "staked-equals-paid-fees-refunded: round/ndx-20261120 is off by -9",
  ],
  [
    "a refund of another amount",
    "void",
    [`update ledger.transfer set amount = amount + 2 where kind = 24 and ref = ${FIRST_WINNER}`],
    "staked-equals-paid-fees-refunded: round/ndx-20261120 is off by -2",
  ],
] as const;

for (const [offence, stage, statements, finding] of OFFENCES) {
  test(`${offence} is found, and the round is named`, async () => {
    await using house = await roundsHarness();
    await at(house, stage);
    await tamper(house, statements);
    const found = await failing(house);
    expect(found).toHaveLength(1);
    expect(found[0]).toStartWith(finding.replace("/settlement", ""));
  });
}

test("a bet that was made somebody else's before its round was settled is found", async () => {
  await using house = await roundsHarness();
  const { deps, by, scratch } = house;
  await at(house, "open");
  await tamper(house, [
    `update rounds.bet set user_id = (select max(owner::text)::uuid from ledger.account where purpose = 'available')
     where id = (select id from rounds.bet where side = 'UP' order by user_id limit 1)`,
  ]);
  await scratch.setClock("2026-11-20T20:59:59Z");
  await advanceRounds(deps, { by });
  await byTwo(settleRound)(deps, { by, code: CODE, result: "UP" });
  const found = await failing(house);
  expect(found).toHaveLength(1);
  expect(found[0]).toStartWith("paid-to-those-who-staked: round/ndx-20261120 is off by");
});

test("two errors in the ledger that add up to nothing are found, and both accounts named", async () => {
  await using house = await roundsHarness();
  await at(house, "settled");
  await tamper(house, [
    `update ledger.account set balance = balance + 8589934592 where id = ${ONE_USER}`,
    `update ledger.account set balance = balance - 8589934592 where code = 'custody/test'`,
  ]);
  const checks = await snapshot(house.deps, reconcile);
  expect(checks.map(({ ok }) => ok)).toEqual([true, false, true]);
  expect(BigInt(checks[1]?.imbalance ?? 0n)).toBe(17_179_869_184n);
  expect(checks[1]?.detail).toContain("custody/test is off by -8589934592");
});
