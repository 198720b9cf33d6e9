import { expect, test } from "bun:test";
import { byTwo } from "@closebell/database/testing";
import { microUsdc } from "@closebell/money";
import { approveWithdrawal } from "./approve-withdrawal.ts";
import { getWithdrawal } from "./get-withdrawal.ts";
import { rejectWithdrawal } from "./reject-withdrawal.ts";
import { by, custodyScene, refusalOf, type Scene } from "./testing/custody-scene.ts";

const statesOf = async (scene: Scene, ids: readonly string[]) => {
  const found = ids.map((withdrawalId) => getWithdrawal(scene.deps, { withdrawalId }));
  return (await Promise.all(found)).map(({ state }) => state);
};

/** A pass on which only approval happens: nothing can be numbered. */
const approve = async (scene: Scene) => {
  await scene.expireClaims();
  scene.chain.node.down = true;
  const { approved } = await scene.advance();
  scene.chain.node.down = false;
  return approved;
};

test("what is above the threshold waits for two people, who may approve it", async () => {
  await using scene = await custodyScene(undefined, { autoApproveUpTo: microUsdc(10n) });
  const userId = await scene.player(100n);
  const small = await scene.withdraw(userId, 10n, "small");
  const large = await scene.withdraw(userId, 11n, "large");
  expect(await approve(scene)).toBe(1);
  expect(await statesOf(scene, [small, large])).toEqual(["APPROVED", "REQUESTED"]);
  const waiting = await getWithdrawal(scene.deps, { withdrawalId: large });
  expect(waiting.waitingFor).toContain("two treasurers approve what is above");
  const input = { by, withdrawalId: large };
  expect(await refusalOf(approveWithdrawal(scene.deps, input))).toBe("APPROVAL_REQUIRED");
  expect(await statesOf(scene, [large])).toEqual(["REQUESTED"]);
  const byForce = scene.deps.database
    .sql`update custody.withdrawal set state = 'APPROVED', approved_up_to = 10 where id = ${large}`;
  expect(await refusalOf(byForce)).toContain("takes two people");
  await byTwo(approveWithdrawal)(scene.deps, input);
  await scene.settle();
  expect(await statesOf(scene, [small, large])).toEqual(["CONFIRMED", "CONFIRMED"]);
});

test("what is over a day's limit waits until the next UTC day", async () => {
  await using scene = await custodyScene(undefined, { dailyTotal: microUsdc(50n) });
  await scene.scratch.setClock("2026-11-23T23:59:00Z");
  const users = [await scene.player(100n), await scene.player(100n)];
  const ids: string[] = [];
  for (const [n, userId] of users.entries()) ids.push(await scene.withdraw(userId, 30n, `a${n}`));
  ids.push(await scene.withdraw(users[0] ?? "", 20n, "b"));
  expect(await approve(scene)).toBe(2);
  expect(await statesOf(scene, ids)).toEqual(["APPROVED", "REQUESTED", "APPROVED"]);
  expect(await approve(scene)).toBe(0);
  await scene.scratch.setClock("2026-11-24T00:00:00Z");
  expect(await approve(scene)).toBe(1);
});

test("each user has a limit of his own; what came back does not count towards it", async () => {
  await using scene = await custodyScene(undefined, { dailyPerUser: microUsdc(30n) });
  const [first, second] = [await scene.player(100n), await scene.player(100n)];
  const one = await scene.withdraw(first, 30n, "1");
  const two = await scene.withdraw(first, 10n, "2");
  const others = await scene.withdraw(second, 30n, "3");
  expect(await approve(scene)).toBe(2);
  expect(await statesOf(scene, [one, two, others])).toEqual(["APPROVED", "REQUESTED", "APPROVED"]);
  await rejectWithdrawal(scene.deps, { by, withdrawalId: one });
  expect(await approve(scene)).toBe(1);
});

test("however many approve at once, a day's limit holds", async () => {
  await using scene = await custodyScene(undefined, { dailyTotal: microUsdc(5n) });
  const userId = await scene.player(100n);
  for (let n = 0; n < 12; n += 1) await scene.withdraw(userId, 1n, `k${n}`);
  scene.chain.node.down = true;
  const passes = await Promise.all(Array.from({ length: 4 }, () => scene.advance()));
  expect(passes.reduce((sum, { approved }) => sum + approved, 0)).toBe(5);
});

test("a hundred that wait do not keep the next one waiting", async () => {
  await using scene = await custodyScene(undefined, { autoApproveUpTo: microUsdc(1n) });
  const userId = await scene.player(1000n);
  for (let n = 0; n < 100; n += 1) await scene.withdraw(userId, 2n, `k${n}`);
  const small = await scene.withdraw(userId, 1n, "small");
  await scene.advance();
  await scene.advance();
  expect((await statesOf(scene, [small]))[0]).not.toBe("REQUESTED");
});
