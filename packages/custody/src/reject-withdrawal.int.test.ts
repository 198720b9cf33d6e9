import { expect, test } from "bun:test";
import { listAudit } from "@closebell/database";
import { advanceChain } from "./advance-chain.ts";
import { approveWithdrawal } from "./approve-withdrawal.ts";
import { assignNumbers } from "./assign-numbers.ts";
import { noProgress } from "./chain-pass.ts";
import { ChainError } from "./chain.ts";
import { getWithdrawal, withdrawalHistory } from "./get-withdrawal.ts";
import { rejectWithdrawal } from "./reject-withdrawal.ts";
import { by, custodyScene, outside, refusalOf } from "./testing/custody-scene.ts";

test("a rejected request gives the money back and says why", async () => {
  await using scene = await custodyScene();
  const { deps } = scene;
  const userId = await scene.player(100n);
  const withdrawalId = await scene.withdraw(userId, 30n, "k");
  const rejected = await rejectWithdrawal(deps, { by, withdrawalId });
  expect(rejected).toMatchObject({ state: "REJECTED", failureReason: "test" });
  expect(await scene.balances(userId)).toMatchObject({ available: 100n, withdrawing: 0n });
  expect(await scene.advance()).toMatchObject({ approved: 0, broadcast: 0 });
  expect(scene.chain.miner.waiting()).toEqual([]);
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

test("approved but not signed, it can still be stopped; its number is used up by a payment of nothing", async () => {
  await using scene = await custodyScene();
  const { deps, chain } = scene;
  const userId = await scene.player(100n);
  const withdrawalId = await scene.withdraw(userId, 30n, "k");
  expect((await approveWithdrawal(deps, { by, withdrawalId })).state).toBe("APPROVED");
  await assignNumbers({ deps, by, chain, progress: noProgress() });
  expect((await rejectWithdrawal(deps, { by, withdrawalId })).state).toBe("REJECTED");
  expect((await scene.balances(userId)).available).toBe(100n);
  await scene.settle();
  expect(chain.miner.waiting()).toEqual([]);
  expect(BigInt(chain.usdcOf(outside()))).toBe(0n);
  expect(await chain.nonces(chain.hotWallet)).toEqual({ latest: 1, final: 1 });
  const history = await withdrawalHistory(deps, { withdrawalId });
  expect(history.map((event) => [event.n, event.state])).toEqual([
    [1, "REQUESTED"],
    [2, "APPROVED"],
    [3, "REJECTED"],
  ]);
  const later = await scene.withdraw(userId, 30n, "next");
  await scene.settle();
  expect((await getWithdrawal(deps, { withdrawalId: later })).state).toBe("CONFIRMED");
  expect(await scene.wrong()).toEqual([]);
});

test("rejected while it is being signed, the signature is thrown away", async () => {
  await using scene = await custodyScene();
  const { deps, chain } = scene;
  const userId = await scene.player(100n);
  const withdrawalId = await scene.withdraw(userId, 30n, "k");
  const { sender } = chain;
  if (sender === undefined) throw new Error("The chain holds keys.");
  const slow = {
    ...chain,
    sender: {
      ...sender,
      async sign(transaction: Parameters<typeof sender.sign>[0]) {
        const signed = await sender.sign(transaction);
        await rejectWithdrawal(deps, { by, withdrawalId });
        return signed;
      },
    },
  };
  await advanceChain({ ...deps, chains: [slow] }, { by });
  expect(await getWithdrawal(deps, { withdrawalId })).toMatchObject({
    state: "REJECTED",
    attempts: 0,
  });
  expect(chain.miner.waiting()).toEqual([]);
  await scene.settle();
  expect(BigInt(chain.usdcOf(outside()))).toBe(0n);
  expect(await scene.balances(userId)).toMatchObject({ available: 100n, withdrawing: 0n });
});

test("once it is signed nobody can call it back, even if the chain did not take it", async () => {
  await using scene = await custodyScene();
  const { deps, chain } = scene;
  const userId = await scene.player(100n);
  const withdrawalId = await scene.withdraw(userId, 30n, "k");
  chain.node.before = (question) => {
    if (question === "broadcast") throw new ChainError("unavailable", "gone");
  };
  await scene.advance();
  expect(await getWithdrawal(deps, { withdrawalId })).toMatchObject({
    state: "SIGNED",
    attempts: 1,
  });
  const reject = () => refusalOf(rejectWithdrawal(deps, { by, withdrawalId }));
  expect(await reject()).toBe("WITHDRAWAL_STATE_CONFLICT");
  chain.node.before = () => undefined;
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
