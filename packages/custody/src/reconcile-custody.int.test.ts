import { expect, test } from "bun:test";
import { snapshot } from "@closebell/database";
import { byTwo } from "@closebell/database/testing";
import { correctTransfer } from "@closebell/ledger";
import { microUsdc } from "@closebell/money";
import { sql } from "drizzle-orm";
import { listDeposits } from "./list-deposits.ts";
import { reconcileCustody } from "./reconcile-custody.ts";
import { releaseDeposit } from "./release-deposit.ts";
import { by, custodyScene, type Scene } from "./testing/custody-scene.ts";
import { drawByTwo, payOwner, richScene } from "./testing/drawing-scene.ts";
import { scriptedChain } from "./testing/scripted-chain.ts";

const HOLDINGS = "custody-equals-deposits-less-payments";
const TRANSFERS = "credited-deposits-equal-their-transfers";

const failing = (scene: Scene): Promise<readonly string[]> =>
  snapshot(scene.deps, async (tx) => {
    const checks = await reconcileCustody(tx);
    return checks.filter((check) => !check.ok && check.imbalance > 0n).map((check) => check.name);
  });

/** Changes rows as only their owner could, with every guard switched off. */
const tamper = async (scene: Scene, statement: string): Promise<void> => {
  const tables = [
    "deposit",
    "deposit_event",
    "funding",
    "funding_event",
    "drawing",
    "withdrawal",
    "withdrawal_event",
  ];
  const unguarded = tables.map((table) => `alter table custody.${table} disable trigger user;`);
  await scene.scratch.owner.sql.unsafe(`${unguarded.join(" ")} ${statement}`);
};

const statements: readonly (readonly [string, string, readonly string[]])[] = [
  [
    "a deposit that grew",
    "update custody.deposit set amount = amount + 1",
    ["custody-equals-deposits-less-payments", "credited-deposits-equal-their-transfers"],
  ],
  [
    "a deposit that is gone",
    "delete from custody.deposit_event; delete from custody.deposit",
    ["custody-equals-deposits-less-payments", "credited-deposits-equal-their-transfers"],
  ],
  [
    "a deposit marked as never credited",
    "update custody.deposit set state = 'SEEN', credited_at = null",
    ["custody-equals-deposits-less-payments", "credited-deposits-equal-their-transfers"],
  ],
  [
    "a withdrawal that grew",
    "update custody.withdrawal set amount = amount + 1",
    ["withdrawing-equals-unfinished-withdrawals"],
  ],
  [
    "a withdrawal marked as paid",
    "update custody.withdrawal set state = 'CONFIRMED', tx = '0x1'",
    ["withdrawing-equals-unfinished-withdrawals", "custody-equals-deposits-less-payments"],
  ],
  [
    "a withdrawal that is gone",
    "delete from custody.withdrawal_event; delete from custody.withdrawal",
    ["withdrawing-equals-unfinished-withdrawals"],
  ],
];

test.each(statements)("the audit finds %s", async (_what, statement, checks) => {
  await using scene = await custodyScene();
  await scene.withdraw(await scene.player(100n), 30n, "k");
  expect(await failing(scene)).toEqual([]);
  await tamper(scene, statement);
  expect(await failing(scene)).toEqual([...checks]);
});

test("the audit finds money that is said to be held where there is no chain", async () => {
  await using scene = await custodyScene();
  const user = await scene.player(100n);
  await scene.deps.database.orm.execute(sql`
    select ledger.open_accounts(array['custody/nowhere'], null, array[null]::text[], 4::smallint, false)`);
  await scene.deps.database.orm.execute(sql`
    select ledger.post_by_code(p.period, 46::smallint, array[gen_random_uuid()], array['custody/nowhere'],
      array['user/' || ${user}::text || '/available'], array[5::bigint], ${user}::uuid, ${user}::uuid)
    from (select to_char(clock.now() at time zone 'UTC', 'YYYYMM')::int as period) p`);
  expect(await failing(scene)).toEqual([HOLDINGS]);
});

test("a deposit that was corrected by hand is no difference", async () => {
  await using scene = await custodyScene();
  const user = await scene.player(100n);
  const [deposit] = await scene.deps.database.orm.execute<{ period: number; ref: string }>(sql`
    select x.period, x.ref from ledger.transfer x
    join ledger.transfer_kind k on k.id = x.kind where k.name = 'deposit'`);
  if (deposit === undefined) throw new Error("no deposit was posted");
  const transfer = { ...deposit, kind: "deposit" };
  await byTwo(correctTransfer)(scene.deps, { by, transfer, amount: microUsdc(30n) });
  expect(await scene.balances(user)).toMatchObject({ available: 70n, custody: 70n });
  expect(await failing(scene)).toEqual([]);
});

test.each([
  ["a funding that grew", "update custody.funding set amount = amount + 1", [HOLDINGS, TRANSFERS]],
  [
    "a funding that was never booked",
    "update custody.funding set state = 'SEEN', booked_at = null",
    [HOLDINGS, TRANSFERS],
  ],
  [
    "a suspended deposit that is credited without money",
    "update custody.deposit set state = 'CREDITED', credited_at = clock.now() where state = 'SUSPENDED'",
    [TRANSFERS],
  ],
  [
    "a released deposit that was never set aside",
    "update custody.deposit set suspended_at = null where state = 'CREDITED'",
    [TRANSFERS],
  ],
  [
    "a suspended deposit that is said to have vanished",
    "update custody.deposit set state = 'REORGED' where state = 'SUSPENDED'",
    [HOLDINGS],
  ],
])("the audit finds %s", async (_what, statement, checks) => {
  const depositMinimum = microUsdc(5n);
  await using scene = await custodyScene(scriptedChain({ simulated: false }), { depositMinimum });
  const { chain, deps } = scene;
  const address = await scene.addressOf(await scene.player());
  for (const amount of [1n, 2n, 10n]) chain.pay(address, amount);
  chain.pay(chain.hotWallet, 100n);
  await scene.settle();
  const { items } = await listDeposits(deps, { state: "SUSPENDED", limit: 10 });
  await releaseDeposit(deps, { by, depositId: items[0]?.id ?? "" });
  expect(await failing(scene)).toEqual([]);
  await tamper(scene, statement);
  expect(await failing(scene)).toEqual([...checks]);
});

test.each([
  ["a drawing that grew", "update custody.drawing set amount = amount + 1", [HOLDINGS, TRANSFERS]],
  ["a drawing that is gone", "delete from custody.drawing", [HOLDINGS, TRANSFERS]],
])("the audit finds %s", async (_what, statement, checks) => {
  await using scene = await richScene();
  await drawByTwo(scene, await payOwner(scene, 5n));
  expect(await failing(scene)).toEqual([]);
  await tamper(scene, statement);
  expect(await failing(scene)).toEqual([...checks]);
});

test("a drawing that was corrected by hand is no difference", async () => {
  await using scene = await richScene();
  const [drawing] = await drawByTwo(scene, await payOwner(scene, 5n));
  const transfer = { kind: "drawing", period: 202611, ref: drawing?.id ?? "" };
  await byTwo(correctTransfer)(scene.deps, { by, transfer, amount: microUsdc(2n) });
  expect(await failing(scene)).toEqual([]);
});
