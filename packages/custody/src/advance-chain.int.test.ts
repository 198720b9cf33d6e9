import { expect, test } from "bun:test";
import { advanceChain } from "./advance-chain.ts";
import { getWithdrawal, withdrawalHistory } from "./get-withdrawal.ts";
import { by, custodyScene, outside, type Scene } from "./testing/custody-scene.ts";

const withdrawalOf = (scene: Scene, withdrawalId: string) =>
  getWithdrawal(scene.deps, { withdrawalId });

const statesOf = async (scene: Scene, withdrawalId: string) =>
  (await withdrawalHistory(scene.deps, { withdrawalId })).map((event) => event.state);

test("a withdrawal is approved, signed, sent, mined and confirmed, and the money has left", async () => {
  await using scene = await custodyScene();
  const { chain } = scene;
  const userId = await scene.player(100n);
  const withdrawalId = await scene.withdraw(userId, 30n, "k");
  expect(await scene.advance()).toMatchObject({ approved: 1, broadcast: 1, confirmed: 0 });
  const sent = await withdrawalOf(scene, withdrawalId);
  expect(sent).toMatchObject({ state: "BROADCAST", attempts: 1, waitingFor: null });
  expect(chain.miner.waiting()).toMatchObject([{ hash: sent.tx, nonce: 0 }]);
  chain.mine();
  expect(await scene.advance()).toMatchObject({ broadcast: 0, confirmed: 0 });
  expect((await withdrawalOf(scene, withdrawalId)).state).toBe("MINED");
  expect(BigInt(chain.usdcOf(outside()))).toBe(30n);
  expect(await scene.balances(userId)).toMatchObject({ withdrawing: 30n, custody: 100n });
  chain.finalise();
  expect(await scene.advance()).toMatchObject({ approved: 0, broadcast: 0, confirmed: 1 });
  expect(await scene.balances(userId)).toMatchObject({
    available: 70n,
    withdrawing: 0n,
    custody: 70n,
  });
  expect(await statesOf(scene, withdrawalId)).toEqual([
    "REQUESTED",
    "APPROVED",
    "SIGNED",
    "BROADCAST",
    "MINED",
    "CONFIRMED",
  ]);
  expect(await scene.advance()).toMatchObject({ approved: 0, broadcast: 0, confirmed: 0 });
  expect(await scene.wrong()).toEqual([]);
});
