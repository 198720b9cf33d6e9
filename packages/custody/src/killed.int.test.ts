import { expect, test } from "bun:test";
import { microUsdc } from "@closebell/money";
import { approveDue } from "./approve-due.ts";
import { assignNumbers } from "./assign-numbers.ts";
import { broadcastPayments } from "./broadcast-payments.ts";
import { noProgress, runStep } from "./chain-pass.ts";
import type { CustodyDeps } from "./custody-deps.ts";
import { getWithdrawal } from "./get-withdrawal.ts";
import { sweepDeposits } from "./sweep-deposits.ts";
import { by, custodyScene, outside, type Scene } from "./testing/custody-scene.ts";
import { mortalDeps } from "./testing/mortal-deps.ts";
import { scriptedChain } from "./testing/scripted-chain.ts";
import { watchPayments } from "./watch-payments.ts";

/** The part of a pass that pays, in its order. */
const pay = async (deps: CustodyDeps): Promise<void> => {
  for (const chain of deps.chains) {
    const pass = { deps, by, chain, progress: noProgress() };
    await runStep(pass, "approval", approveDue);
    await runStep(pass, "numbers", assignNumbers);
    await runStep(pass, "broadcast", broadcastPayments);
    await runStep(pass, "confirmation", watchPayments);
    await runStep(pass, "sweep", sweepDeposits);
  }
};

/** One life of a scheduler: from a request to its end, unless it is killed after its `at`-th deed. */
const live = async (scene: Scene, at: number, replaceAfterSeconds: number): Promise<boolean> => {
  const policy = { ...scene.deps.policy, replaceAfterSeconds };
  const mortal = mortalDeps({ ...scene.deps, policy }, at);
  for (const blocks of [0, 1, 4, 0]) {
    if (!mortal.alive()) return false;
    await pay(mortal.deps);
    scene.chain.mine(blocks);
  }
  return mortal.alive();
};

/** The next process goes on, as long as something is left to do. */
const goOn = async (scene: Scene, isOver: () => Promise<boolean>): Promise<void> => {
  for (let pass = 0; pass < 10 && !(await isOver()); pass += 1) {
    await scene.expireClaims();
    await pay(scene.deps);
    scene.chain.mine(4);
  }
};

/** Kills a scheduler after each `stride`-th deed, until one lives through it all. Each has its own payee. */
const killAtEach = async (
  scene: Scene,
  replaceAfterSeconds: number,
  stride: number,
): Promise<number> => {
  const userId = await scene.player(1_000_000n);
  await scene.withdraw(userId, 1n, "the-first");
  await scene.settle();
  for (let at = 1, asked = 1n; ; at += stride, asked += 1n) {
    const payee = outside(0x1000 + at);
    const withdrawalId = await scene.withdraw(userId, 30n, `k${at}`, payee);
    const survived = await live(scene, at, replaceAfterSeconds);
    const stateNow = async () => (await getWithdrawal(scene.deps, { withdrawalId })).state;
    await goOn(scene, async () => (await stateNow()) === "CONFIRMED");
    expect([at, await stateNow()]).toEqual([at, "CONFIRMED"]);
    const got = scene.chain.standing.filter(({ to }) => to === payee);
    expect(got.map(({ amount }) => BigInt(amount))).toEqual([30n]);
    if (!survived) continue;
    const available = 1_000_000n - 1n - 30n * asked;
    expect(await scene.balances(userId)).toMatchObject({ available, withdrawing: 0n });
    expect(await scene.wrong()).toEqual([]);
    return at;
  }
};

test.each([
  [120, 1],
  [0, 2],
])(
  "killed at whatever point of a payment (replaced after %p s), the payee is paid exactly once",
  async (replaceAfterSeconds, stride) => {
    await using scene = await custodyScene();
    expect(await killAtEach(scene, replaceAfterSeconds, stride)).toBeGreaterThan(30);
  },
  240_000,
);

test.each(["authorization", "gas"] as const)(
  "killed at whatever point of a sweep (%p), all deposits arrive exactly once",
  async (sweepWay) => {
    const chain = scriptedChain({ simulated: false, sweepWay });
    await using scene = await custodyScene(chain, { sweepFrom: microUsdc(10n) });
    const userId = await scene.player();
    const address = await scene.addressOf(userId);
    const arrived = () => BigInt(chain.usdcOf(chain.hotWallet));
    let paid = 0n;
    for (let at = 1, survived = false; !survived; at += 3) {
      chain.pay(address, 50n);
      paid += 50n;
      chain.mine();
      chain.finalise();
      await scene.advance({ maxFeePerGas: 1n });
      await scene.expireClaims();
      survived = await live(scene, at, 120);
      await goOn(scene, () => Promise.resolve(arrived() === paid));
      expect([at, arrived()]).toEqual([at, paid]);
    }
    expect(BigInt(chain.usdcOf(address))).toBe(0n);
    expect(await scene.balances(userId)).toMatchObject({ available: paid, custody: paid });
    expect(await scene.wrong()).toEqual([]);
  },
  240_000,
);
