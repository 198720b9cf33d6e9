import { expect, test } from "bun:test";
import { microUsdc } from "@closebell/money";
import { advanceChain } from "./advance-chain.ts";
import { type Chain, ChainError } from "./chain.ts";
import { getWithdrawal } from "./get-withdrawal.ts";
import { listDeposits } from "./list-deposits.ts";
import { reserves } from "./reserves.ts";
import { by, custodyScene, outside, type Scene } from "./testing/custody-scene.ts";
import { scriptedChain } from "./testing/scripted-chain.ts";

const stateOf = async (scene: Scene, withdrawalId: string) =>
  (await getWithdrawal(scene.deps, { withdrawalId })).state;

test("a withdrawal that waits for the hot wallet's money still waits when a block comes before the chain is asked", async () => {
  await using scene = await custodyScene(scriptedChain({ hotUsdc: 100n }));
  const { chain } = scene;
  const userId = await scene.player(200n);
  await scene.withdraw(userId, 80n, "a", outside(1));
  await scene.advance();
  const second = await scene.withdraw(userId, 80n, "b", outside(2));
  await scene.advance();
  let mined = false;
  chain.node.before = (question) => {
    if (question !== "fees" || mined) return;
    mined = true;
    chain.mine();
  };
  await scene.advance();
  expect(mined).toBe(true);
  const waiting = await getWithdrawal(scene.deps, { withdrawalId: second });
  expect(waiting.state).toBe("APPROVED");
  expect(waiting.waitingFor).toContain("hot wallet has");
});

test("a dry run that ends late sends nothing to review that another process has given its number", async () => {
  await using scene = await custodyScene(scriptedChain({ hotUsdc: 1_000n }));
  const { chain, deps } = scene;
  const userId = await scene.player(500n);
  const first = await scene.withdraw(userId, 80n, "a", outside(1));
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  const slow: Chain = {
    ...chain,
    estimate: async () => {
      asked.resolve();
      await answer.promise;
      return { kind: "reverts", reason: "transfer amount exceeds balance" };
    },
  };
  const late = advanceChain({ ...deps, chains: [slow] }, { by });
  await asked.promise;
  await scene.expireClaims();
  // gets its number, and gas is too dear by the time it would be signed
  const usual = chain.miner.baseFee;
  const dear: Chain = {
    ...chain,
    estimate: async (sender, order) => {
      const estimate = await chain.estimate(sender, order);
      chain.miner.baseFee = 10n ** 15n;
      return estimate;
    },
  };
  await advanceChain({ ...deps, chains: [dear] }, { by });
  answer.resolve();
  await late;
  expect(await stateOf(scene, first)).toBe("APPROVED");
  const refused = scene.scratch.owner.sql`
    update custody.withdrawal set state = 'NEEDS_REVIEW', waiting_for = 'x' where id = ${first}`.catch(
    ({ constraint_name }: { readonly constraint_name?: string }) => constraint_name,
  );
  expect(await refused).toBe("withdrawal_not_payable");
  chain.miner.baseFee = usual;
  const second = await scene.withdraw(userId, 20n, "b", outside(2));
  for (let pass = 0; pass < 3; pass += 1) await scene.settle();
  expect([await stateOf(scene, first), await stateOf(scene, second)]).toEqual([
    "CONFIRMED",
    "CONFIRMED",
  ]);
});

test("a final block that vanished is remembered though the node fails before all is judged", async () => {
  const policy = { backfillBlocks: 30, sweepFrom: microUsdc(1_000_000n) };
  await using scene = await custodyScene(scriptedChain({ simulated: false }), policy);
  const { chain } = scene;
  const address = await scene.addressOf(await scene.player());
  const lost = chain.pay(address, 5n);
  chain.mine();
  chain.finalise();
  await scene.advance();
  chain.mine(2);
  chain.reorg(8, { evenFinal: true, lost: (tx) => tx === lost.tx });
  chain.mine();
  chain.finalise();
  let read = false;
  chain.node.before = (question) => {
    if (question === "transfers") read = true;
    else if (read && question === "receipt") throw new ChainError("unavailable", "hiccup");
  };
  await scene.advance();
  expect(read).toBe(true);
  chain.node.before = () => undefined;
  chain.mine();
  await scene.advance();
  const { items } = await listDeposits(scene.deps, { limit: 5 });
  expect(items).toMatchObject([{ state: "REORGED" }]);
  expect(await reserves(scene.deps, { chain: chain.name })).toMatchObject({ ok: true });
});

test("an address that a node which is behind does not know to be full is emptied later", async () => {
  await using scene = await custodyScene(scriptedChain({ simulated: false, finalDepth: 6 }), {
    sweepFrom: microUsdc(10n),
    confirmations: [{ blocks: 2 }],
  });
  const { chain } = scene;
  const userId = await scene.player();
  const address = await scene.addressOf(userId);
  await scene.advance();
  chain.pay(address, 100n);
  chain.mine(2);
  await scene.advance();
  expect((await scene.balances(userId)).available).toBe(100n);
  await scene.expireClaims();
  chain.node.lag = 3;
  await scene.advance();
  chain.node.lag = 0;
  await scene.settle();
  await scene.settle();
  expect(BigInt(chain.usdcOf(chain.hotWallet))).toBe(100n);
});

test("bytes that a node took and forgot are handed in again while it refuses dearer ones", async () => {
  // enough for the fee of the first, not for an eighth more
  const fee = 60_000n * 3_000_000_000n;
  await using scene = await custodyScene(scriptedChain({ hotWei: fee + 1n }));
  const { chain } = scene;
  const id = await scene.withdraw(await scene.player(100n), 30n, "k");
  await scene.advance();
  await scene.advance({ replaceAfterSeconds: 0 });
  const stuck = await getWithdrawal(scene.deps, { withdrawalId: id });
  expect(stuck).toMatchObject({ state: "BROADCAST", attempts: 2 });
  chain.miner.forget();
  for (let pass = 0; pass < 4; pass += 1) await scene.settle();
  expect(await stateOf(scene, id)).toBe("CONFIRMED");
});
