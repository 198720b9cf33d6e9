import { expect, test } from "bun:test";
import { microUsdc } from "@closebell/money";
import { chainTotals } from "./chain-totals.ts";
import { holdsPlayMoney } from "./holds-play-money.ts";
import { pauseWithdrawals } from "./pause-withdrawals.ts";
import { by, custodyScene } from "./testing/custody-scene.ts";
import { scriptedChain } from "./testing/scripted-chain.ts";

const early = { confirmations: [{ blocks: 1 }] };

test("what waits, is paused, was lost and was found late, from the database alone", async () => {
  await using scene = await custodyScene(scriptedChain({ simulated: false }));
  const { chain, deps } = scene;
  const nothing = {
    chain: "scripted",
    waitingMicroUsdc: microUsdc(0n),
    paused: false,
    reorgLossMicroUsdc: microUsdc(0n),
    foundLate: 0,
  };
  const userId = await scene.player();
  await scene.addressOf(userId);
  expect(await chainTotals(deps)).toEqual([nothing]);
  chain.pay(await scene.addressOf(userId), 50n);
  chain.mine();
  await scene.advance(early);
  await scene.withdraw(userId, 30n, "out");
  await pauseWithdrawals(deps, { by, chain: "scripted" });
  chain.reorg(1, { lost: () => true });
  chain.mine();
  chain.node.down = true;
  expect(await chainTotals(deps)).toEqual([
    { ...nothing, waitingMicroUsdc: microUsdc(30n), paused: true },
  ]);
  chain.node.down = false;
  await scene.advance(early);
  const [after] = await chainTotals(deps);
  expect(after?.reorgLossMicroUsdc).toBe(microUsdc(50n));
  expect(await holdsPlayMoney(deps)).toBe(false);
});
