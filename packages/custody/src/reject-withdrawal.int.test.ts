import { expect, test } from "bun:test";
import { listAudit } from "@closebell/database";
import { approveWithdrawal } from "./approve-withdrawal.ts";
import { getWithdrawal, withdrawalHistory } from "./get-withdrawal.ts";
import { rejectWithdrawal } from "./reject-withdrawal.ts";
import { by, custodyScene, refusalOf } from "./testing/custody-scene.ts";

test("a rejected request gives the money back and says why", async () => {
  await using scene = await custodyScene();
  const { deps } = scene;
  const userId = await scene.player(100n);
  const withdrawalId = await scene.withdraw(userId, 30n, "k");
  const rejected = await rejectWithdrawal(deps, { by, withdrawalId });
  expect(rejected).toMatchObject({ state: "REJECTED", failureReason: "test" });
  expect(await scene.balances(userId)).toMatchObject({ available: 100n, withdrawing: 0n });
  expect(await scene.advance()).toMatchObject({ approved: 0, broadcast: 0 });
  expect(scene.chain.sent).toEqual([]);
  const [audited] = (await listAudit(deps, { limit: 1 })).items;
  expect(audited).toMatchObject({
    action: "withdrawal.reject",
    subject: `withdrawal/${withdrawalId}`,
    reason: "test",
    before: { state: "REQUESTED" },
    after: { state: "REJECTED" },
  });
  expect(await scene.wrong()).toEqual([]);
});

test("approved but never sent, it can still be stopped; it then has failed", async () => {
  await using scene = await custodyScene();
  const { deps } = scene;
  const userId = await scene.player(100n);
  const withdrawalId = await scene.withdraw(userId, 30n, "k");
  expect((await approveWithdrawal(deps, { by, withdrawalId })).state).toBe("APPROVED");
  expect((await rejectWithdrawal(deps, { by, withdrawalId })).state).toBe("FAILED");
  expect((await scene.balances(userId)).available).toBe(100n);
  const history = await withdrawalHistory(deps, { withdrawalId });
  expect(history.map((event) => [event.n, event.state])).toEqual([
    [1, "REQUESTED"],
    [2, "APPROVED"],
    [3, "FAILED"],
  ]);
});

test("once sending began nobody can call it back, even if the chain refused", async () => {
  await using scene = await custodyScene();
  const { deps, chain } = scene;
  const userId = await scene.player(100n);
  const withdrawalId = await scene.withdraw(userId, 30n, "k");
  chain.down(true);
  await scene.advance();
  expect(await getWithdrawal(deps, { withdrawalId })).toMatchObject({
    state: "APPROVED",
    attempts: 1,
  });
  const reject = () => refusalOf(rejectWithdrawal(deps, { by, withdrawalId }));
  expect(await reject()).toBe("WITHDRAWAL_STATE_CONFLICT");
  chain.down(false);
  await scene.advance();
  expect(await reject()).toBe("WITHDRAWAL_STATE_CONFLICT");
  const approve = refusalOf(approveWithdrawal(deps, { by, withdrawalId }));
  expect(await approve).toBe("WITHDRAWAL_STATE_CONFLICT");
  expect((await scene.balances(userId)).available).toBe(70n);
});

test("rejected twice at once, the money comes back once", async () => {
  await using scene = await custodyScene();
  const userId = await scene.player(100n);
  const withdrawalId = await scene.withdraw(userId, 30n, "k");
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => refusalOf(rejectWithdrawal(scene.deps, { by, withdrawalId }))),
  );
  expect(answers.filter((answer) => answer === "done").length).toBe(1);
  expect((await scene.balances(userId)).available).toBe(100n);
});

test("a rejection names a withdrawal and a reason", async () => {
  await using scene = await custodyScene();
  const { deps } = scene;
  const withdrawalId = await scene.withdraw(await scene.player(100n), 30n, "k");
  const { reason: _, ...silent } = by;
  expect(await refusalOf(rejectWithdrawal(deps, { by: silent, withdrawalId }))).toBe(
    "VALIDATION_FAILED",
  );
  for (const unknown of ["x", by.requestId]) {
    const input = { by, withdrawalId: unknown };
    expect(await refusalOf(rejectWithdrawal(deps, input))).toBe("WITHDRAWAL_NOT_FOUND");
    expect(await refusalOf(approveWithdrawal(deps, input))).toBe("WITHDRAWAL_NOT_FOUND");
  }
});
