import { expect, test } from "bun:test";
import { listAudit } from "@closebell/database";
import { advanceChain } from "./advance-chain.ts";
import { approveWithdrawal } from "./approve-withdrawal.ts";
import { getWithdrawal } from "./get-withdrawal.ts";
import { pauseWithdrawals } from "./pause-withdrawals.ts";
import { resumeWithdrawals } from "./resume-withdrawals.ts";
import { by, custodyScene, outside, refusalOf, type Scene } from "./testing/custody-scene.ts";

const stateOf = async (scene: Scene, withdrawalId: string) =>
  (await getWithdrawal(scene.deps, { withdrawalId })).state;

const turn = (scene: Scene, on: boolean, reason?: string) => {
  const { reason: _, ...silent } = by;
  const who = reason === undefined ? silent : { ...by, reason };
  const input = { by: who, chain: scene.chain.name };
  return on ? pauseWithdrawals(scene.deps, input) : resumeWithdrawals(scene.deps, input);
};

test("while it is on, requests are taken and nothing is approved, until it is off again", async () => {
  await using scene = await custodyScene();
  const userId = await scene.player(100n);
  const paused = await turn(scene, true, "the key may be stolen");
  expect(paused).toMatchObject({ chain: "scripted", reason: "the key may be stolen" });
  expect(paused.pausedAt?.toString()).toBe("2026-11-20T12:00:00Z");
  const withdrawalId = await scene.withdraw(userId, 30n, "k");
  expect(await scene.advance()).toMatchObject({ approved: 0, broadcast: 0, problems: [] });
  const byHand = refusalOf(approveWithdrawal(scene.deps, { by, withdrawalId }));
  expect(await byHand).toBe("WITHDRAWAL_STATE_CONFLICT");
  expect(await stateOf(scene, withdrawalId)).toBe("REQUESTED");
  const resumed = await turn(scene, false, "it was not");
  expect(resumed).toEqual({ chain: "scripted", pausedAt: null, reason: null });
  await scene.settle();
  expect(await stateOf(scene, withdrawalId)).toBe("CONFIRMED");
  const audit = (await listAudit(scene.deps, { limit: 10 })).items;
  expect(audit.map(({ action, reason }) => [action, reason])).toEqual([
    ["withdrawals.resume", "it was not"],
    ["withdrawals.pause", "the key may be stolen"],
  ]);
});

test("approved before, a withdrawal is not signed; signed before, it is not sent", async () => {
  await using scene = await custodyScene();
  const { chain, deps } = scene;
  const userId = await scene.player(100n);
  const signed = await scene.withdraw(userId, 10n, "signed");
  chain.node.before = async (question) => {
    if (question === "estimate") await turn(scene, true, "meanwhile");
  };
  await scene.advance();
  expect(await stateOf(scene, signed)).toBe("APPROVED");
  chain.node.before = () => undefined;
  await turn(scene, false, "on");
  const { sender } = chain;
  if (sender === undefined) throw new Error("The chain holds keys.");
  const pausing = {
    ...sender,
    async sign(transaction: Parameters<typeof sender.sign>[0]) {
      await turn(scene, true, "while it was signed");
      return sender.sign(transaction);
    },
  };
  await advanceChain({ ...deps, chains: [{ ...chain, sender: pausing }] }, { by });
  expect(await stateOf(scene, signed)).toBe("APPROVED");
  expect(chain.miner.waiting()).toEqual([]);
  await turn(scene, false, "on");
  chain.node.before = async (question) => {
    if (question !== "broadcast") return;
    await turn(scene, true, "just before");
    throw new Error("killed");
  };
  await scene.advance();
  chain.node.before = () => undefined;
  expect(await stateOf(scene, signed)).toBe("SIGNED");
  await scene.settle({ replaceAfterSeconds: 0 });
  expect(chain.miner.waiting()).toEqual([]);
  expect(await stateOf(scene, signed)).toBe("SIGNED");
  await turn(scene, false, "on");
  await scene.settle();
  expect(await stateOf(scene, signed)).toBe("CONFIRMED");
  expect(BigInt(chain.usdcOf(outside()))).toBe(10n);
});

test("what was sent before is still watched, but neither sent nor signed again", async () => {
  await using scene = await custodyScene();
  const { chain } = scene;
  const userId = await scene.player(100n);
  const sent = await scene.withdraw(userId, 10n, "sent");
  await scene.advance();
  await turn(scene, true, "stop");
  const [waiting] = chain.miner.waiting();
  chain.miner.forget();
  await scene.settle({ replaceAfterSeconds: 0 });
  expect(chain.miner.waiting()).toEqual([]);
  if (waiting !== undefined) chain.miner.take(waiting);
  await scene.settle();
  expect(await stateOf(scene, sent)).toBe("CONFIRMED");
});

test("turned twice it stays as it was, and it needs a chain and a reason", async () => {
  await using scene = await custodyScene();
  const first = await turn(scene, true, "first");
  await scene.scratch.setClock("2026-11-20T13:00:00Z");
  expect(await turn(scene, true, "second")).toEqual(first);
  await turn(scene, false, "on");
  expect(await turn(scene, false, "again")).toMatchObject({ pausedAt: null });
  expect((await listAudit(scene.deps, { limit: 10 })).items).toHaveLength(2);
  for (const on of [true, false]) {
    expect(await refusalOf(turn(scene, on))).toBe("VALIDATION_FAILED");
    expect(await refusalOf(turn(scene, on, " "))).toBe("VALIDATION_FAILED");
  }
  const nowhere = { by, chain: "bitcoin" };
  expect(await refusalOf(pauseWithdrawals(scene.deps, nowhere))).toBe("CHAIN_NOT_FOUND");
  expect(await refusalOf(resumeWithdrawals(scene.deps, nowhere))).toBe("CHAIN_NOT_FOUND");
});
