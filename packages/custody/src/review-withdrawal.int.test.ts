import { expect, test } from "bun:test";
import { listAudit } from "@closebell/database";
import { getWithdrawal, withdrawalHistory } from "./get-withdrawal.ts";
import { rejectWithdrawal } from "./reject-withdrawal.ts";
import { reviewWithdrawal } from "./review-withdrawal.ts";
import { by, custodyScene, outside, refusalOf, type Scene } from "./testing/custody-scene.ts";

/** A withdrawal that the chain has undone for good: its payee is blacklisted. */
const undone = async (scene: Scene, userId: string): Promise<string> => {
  const withdrawalId = await scene.withdraw(userId, 30n, "k");
  await scene.advance();
  scene.chain.miner.rules.blacklist.add(outside());
  await scene.settle();
  return withdrawalId;
};

const stateOf = async (scene: Scene, withdrawalId: string) =>
  (await getWithdrawal(scene.deps, { withdrawalId })).state;

test("refunded, the money is back with the user, once", async () => {
  await using scene = await custodyScene();
  const { deps } = scene;
  const userId = await scene.player(100n);
  const withdrawalId = await undone(scene, userId);
  const refund = () => reviewWithdrawal(deps, { by, withdrawalId, decision: "refund" });
  const answers = await Promise.all([refusalOf(refund()), refusalOf(refund())]);
  expect(answers.toSorted()).toEqual(["WITHDRAWAL_STATE_CONFLICT", "done"]);
  expect(await getWithdrawal(deps, { withdrawalId })).toMatchObject({
    state: "FAILED",
    failureReason: "test",
    waitingFor: null,
  });
  expect(await scene.balances(userId)).toMatchObject({ available: 100n, withdrawing: 0n });
  const [audited] = (await listAudit(deps, { limit: 1 })).items;
  expect(audited).toMatchObject({
    action: "withdrawal.refund",
    subject: `withdrawal/${withdrawalId}`,
    reason: "test",
    before: { state: "NEEDS_REVIEW" },
    after: { state: "FAILED" },
  });
  expect(await scene.wrong()).toEqual([]);
});

test("retried, it is paid under a new number, once", async () => {
  await using scene = await custodyScene();
  const { deps, chain } = scene;
  const userId = await scene.player(100n);
  const withdrawalId = await undone(scene, userId);
  chain.miner.rules.blacklist.clear();
  await reviewWithdrawal(deps, { by, withdrawalId, decision: "retry" });
  await scene.settle();
  expect(await getWithdrawal(deps, { withdrawalId })).toMatchObject({
    state: "CONFIRMED",
    attempts: 2,
  });
  expect(BigInt(chain.usdcOf(outside()))).toBe(30n);
  expect(await scene.balances(userId)).toMatchObject({ available: 70n, withdrawing: 0n });
  const states = (await withdrawalHistory(deps, { withdrawalId })).map(({ state }) => state);
  expect(states.slice(-6)).toEqual([
    "NEEDS_REVIEW",
    "APPROVED",
    "SIGNED",
    "BROADCAST",
    "MINED",
    "CONFIRMED",
  ]);
  expect(await scene.wrong()).toEqual([]);
});

test("retried while nothing has changed, it comes back to review without a signature", async () => {
  await using scene = await custodyScene();
  const { deps } = scene;
  const withdrawalId = await undone(scene, await scene.player(100n));
  await reviewWithdrawal(deps, { by, withdrawalId, decision: "retry" });
  await scene.settle();
  expect(await getWithdrawal(deps, { withdrawalId })).toMatchObject({
    state: "NEEDS_REVIEW",
    attempts: 1,
    waitingFor: expect.stringContaining("blacklisted"),
  });
});

test("only what needs review is decided about, and with a reason", async () => {
  await using scene = await custodyScene();
  const { deps } = scene;
  const withdrawalId = await scene.withdraw(await scene.player(100n), 30n, "k");
  const decide = (input: object = {}) =>
    refusalOf(reviewWithdrawal(deps, { by, withdrawalId, decision: "refund", ...input }));
  expect(await decide()).toBe("WITHDRAWAL_STATE_CONFLICT");
  await scene.advance();
  expect(await stateOf(scene, withdrawalId)).toBe("BROADCAST");
  expect(await decide()).toBe("WITHDRAWAL_STATE_CONFLICT");
  expect(await decide({ by: { ...by, reason: " " } })).toBe("VALIDATION_FAILED");
  expect(await decide({ withdrawalId: "x" })).toBe("WITHDRAWAL_NOT_FOUND");
});

test("what needs review is not rejected", async () => {
  await using scene = await custodyScene();
  const withdrawalId = await undone(scene, await scene.player(100n));
  const rejected = rejectWithdrawal(scene.deps, { by, withdrawalId });
  expect(await refusalOf(rejected)).toBe("WITHDRAWAL_STATE_CONFLICT");
});
