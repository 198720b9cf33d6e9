import { expect, test } from "bun:test";
import { randomIds, type By } from "@closebell/context";
import { HOUSE, accountStatement, balancesOf } from "@closebell/ledger";
import { microUsdc } from "@closebell/money";
import { getDeposit } from "./get-deposit.ts";
import { listDeposits } from "./list-deposits.ts";
import { releaseDeposit } from "./release-deposit.ts";
import { by, custodyScene, refusalOf, type Scene } from "./testing/custody-scene.ts";
import { scriptedChain } from "./testing/scripted-chain.ts";

const policy = {
  depositMinimum: microUsdc(10n),
  confirmations: [{ below: microUsdc(100n), blocks: 1 }, { blocks: "final" as const }],
};

const littleScene = (): Promise<Scene> => custodyScene(scriptedChain({ simulated: false }), policy);

const suspenseOf = async (scene: Scene): Promise<bigint> =>
  (await balancesOf(scene.deps.database.orm, [HOUSE.suspense])).get(HOUSE.suspense) ?? 0n;

test("below the minimum it is set aside once final; at the minimum it is credited", async () => {
  await using scene = await littleScene();
  const { chain } = scene;
  const userId = await scene.player();
  const address = await scene.addressOf(userId);
  chain.pay(address, 9n);
  chain.pay(address, 10n);
  chain.mine();
  expect((await scene.advance()).deposits).toBe(1);
  const states = async () =>
    (await listDeposits(scene.deps, { limit: 10 })).items
      .toSorted((a, b) => Number(a.amountMicroUsdc - b.amountMicroUsdc))
      .map(({ state }) => state);
  expect(await states()).toEqual(["CONFIRMED", "CREDITED"]);
  expect(await suspenseOf(scene)).toBe(0n);
  await scene.settle();
  expect(await states()).toEqual(["SUSPENDED", "CREDITED"]);
  expect(await suspenseOf(scene)).toBe(9n);
  expect(await scene.balances(userId)).toMatchObject({ available: 10n, custody: 19n });
  expect(await scene.wrong()).toEqual([]);
});

test("an operator may release it to its user, once, and it is on record why", async () => {
  await using scene = await littleScene();
  const { chain, deps } = scene;
  const userId = await scene.player();
  chain.pay(await scene.addressOf(userId), 9n);
  await scene.settle();
  const [suspended] = (await listDeposits(deps, { state: "SUSPENDED", limit: 10 })).items;
  if (suspended === undefined) throw new Error("nothing was suspended");
  const release = () =>
    releaseDeposit(deps, { by: { ...by, reason: "he asked" }, depositId: suspended.id });
  const answers = await Promise.all([release(), release(), release()]);
  for (const answer of answers) {
    expect(answer).toMatchObject({ id: suspended.id, state: "CREDITED", userId });
  }
  expect(await getDeposit(deps, { depositId: suspended.id })).toEqual(answers[0] ?? suspended);
  expect(await scene.balances(userId)).toMatchObject({ available: 9n, custody: 9n });
  expect(await suspenseOf(scene)).toBe(0n);
  const audit = await scene.scratch.owner.sql`
    select action, subject, reason from database.audit where action = 'deposit.release'`;
  expect([...audit]).toEqual([
    { action: "deposit.release", subject: `deposit/${suspended.id}`, reason: "he asked" },
  ]);
  const events = await scene.scratch.owner.sql`
    select state, detail from custody.deposit_event order by n desc limit 1`;
  expect([...events]).toEqual([{ state: "CREDITED", detail: "he asked" }]);
  const { items } = await accountStatement(deps, { code: HOUSE.suspense, limit: 10 });
  expect(items.map(({ kind }) => kind).toSorted()).toEqual(["deposit-release", "deposit-suspend"]);
  expect(await scene.wrong()).toEqual([]);
});

test("released and then taken back by the chain, it is the house's loss", async () => {
  await using scene = await littleScene();
  const { chain, deps } = scene;
  const userId = await scene.player();
  chain.pay(await scene.addressOf(userId), 9n);
  chain.mine();
  chain.finalise();
  await scene.advance();
  const [deposit] = (await listDeposits(deps, { limit: 10 })).items;
  await releaseDeposit(deps, { by, depositId: deposit?.id ?? "" });
  chain.reorg(6, { evenFinal: true, lost: () => true });
  await scene.advance();
  expect(await scene.balances(userId)).toMatchObject({ available: 9n, capital: -9n, custody: 0n });
  expect(await suspenseOf(scene)).toBe(0n);
  expect(await scene.wrong()).toEqual([]);
});

test("nothing else can be released, and nothing without a reason", async () => {
  await using scene = await littleScene();
  const { chain, deps } = scene;
  const { reason: _, ...silent } = by;
  const refused = (depositId: string, who: By = by) =>
    refusalOf(releaseDeposit(deps, { by: who, depositId }));
  chain.pay(await scene.addressOf(await scene.player()), 10n);
  await scene.settle();
  const [deposit] = (await listDeposits(deps, { limit: 10 })).items;
  expect(await refused(deposit?.id ?? "")).toBe("DEPOSIT_CONFLICT");
  expect(await refused(deposit?.id ?? "", silent)).toBe("VALIDATION_FAILED");
  expect(await refused(deposit?.id ?? "", { ...by, reason: " " })).toBe("VALIDATION_FAILED");
  expect(await refused(randomIds.uuid())).toBe("DEPOSIT_NOT_FOUND");
  expect(await refused("x")).toBe("DEPOSIT_NOT_FOUND");
});
