import { expect, test } from "bun:test";
import { listAudit } from "@closebell/database";
import { microUsdc } from "@closebell/money";
import { pauseWithdrawals } from "./pause-withdrawals.ts";
import { sweepChain } from "./sweep-chain.ts";
import { by, custodyScene, outside, refusalOf, type Scene } from "./testing/custody-scene.ts";
import { scriptedChain, type ScriptedChainOptions } from "./testing/scripted-chain.ts";

const COLD = outside(99);

const realScene = (options: ScriptedChainOptions = {}, policy = {}) =>
  custodyScene(scriptedChain({ simulated: false, ...options }), {
    sweepFrom: microUsdc(10n),
    depositMinimum: microUsdc(1n),
    ...policy,
  });

const held = (scene: Scene, address: string) => BigInt(scene.chain.usdcOf(address));

/** A player whose deposit has come in and is final, but not brought in yet. */
const unsweptPlayer = async (scene: Scene, funds: bigint): Promise<string> => {
  const userId = await scene.player();
  scene.chain.pay(await scene.addressOf(userId), funds);
  scene.chain.mine();
  scene.chain.finalise();
  await scene.advance({ maxFeePerGas: 1n });
  return userId;
};

const hot = (scene: Scene) => held(scene, scene.chain.hotWallet);

const paymentsOf = async (scene: Scene) => [
  ...(await scene.scratch.owner.sql<{ purpose: string; outcome: string }[]>`
    select purpose, outcome from custody.payment order by created_at, id`),
];

const listed = async (scene: Scene) =>
  (await scene.scratch.owner.sql`select from custody.unswept`).length;

for (const sweepWay of ["authorization", "gas"] as const) {
  test(`deposits are brought to the hot wallet, and the books do not notice (${sweepWay})`, async () => {
    await using scene = await realScene({ sweepWay });
    const players = [await scene.player(100n), await scene.player(50n)];
    const small = await scene.player(9n);
    await scene.settle();
    await scene.settle();
    expect(hot(scene)).toBe(150n);
    for (const userId of players) expect(held(scene, await scene.addressOf(userId))).toBe(0n);
    expect(held(scene, await scene.addressOf(small))).toBe(9n);
    expect(await listed(scene)).toBe(0);
    expect(await scene.balances(players[0] ?? "")).toMatchObject({
      available: 100n,
      custody: 159n,
    });
    const made = await paymentsOf(scene);
    const purposes = sweepWay === "gas" ? ["gas", "gas", "sweep", "sweep"] : ["sweep", "sweep"];
    expect(made.map(({ purpose }) => purpose).toSorted()).toEqual(purposes);
    expect(made.every(({ outcome }) => outcome === "SUCCEEDED")).toBe(true);
    await scene.settle();
    expect(await paymentsOf(scene)).toHaveLength(made.length);
    expect(await scene.wrong()).toEqual([]);
  });
}

test("what comes in again is brought in again, together with what was too little before", async () => {
  await using scene = await realScene();
  const userId = await scene.player(9n);
  const address = await scene.addressOf(userId);
  await scene.settle();
  expect(hot(scene)).toBe(0n);
  scene.chain.pay(address, 5n);
  await scene.settle();
  await scene.settle();
  expect(hot(scene)).toBe(14n);
  scene.chain.pay(address, 20n);
  await scene.settle();
  await scene.settle();
  expect(hot(scene)).toBe(34n);
  expect(await paymentsOf(scene)).toHaveLength(2);
});

test("the hot wallet is filled to its cap, the rest goes to the cold one", async () => {
  const policy = { hotWalletCap: microUsdc(120n) };
  await using scene = await realScene({ coldWallet: COLD }, policy);
  for (const funds of [100n, 50n, 20n]) await scene.player(funds);
  await scene.settle();
  await scene.settle();
  expect(hot(scene)).toBe(120n);
  expect(held(scene, COLD)).toBe(50n);
});

test("without a cold wallet what does not fit is left, and that is a problem", async () => {
  await using scene = await realScene({}, { hotWalletCap: microUsdc(60n) });
  const large = await scene.player(100n);
  const small = await scene.player(50n);
  await scene.expireClaims();
  const { problems } = await scene.advance();
  expect(problems).toMatchObject([
    { step: "sweep", message: expect.stringContaining("there is no cold one") },
  ]);
  await scene.settle();
  expect(hot(scene)).toBe(50n);
  expect(held(scene, await scene.addressOf(large))).toBe(100n);
  expect(held(scene, await scene.addressOf(small))).toBe(0n);
});

test("what the hot wallet holds above its cap goes to the cold one, once", async () => {
  const policy = { hotWalletCap: microUsdc(60n) };
  await using scene = await realScene({ coldWallet: COLD, hotUsdc: 100n }, policy);
  const passes = await Promise.all([scene.advance(), scene.advance()]);
  expect(passes.flatMap(({ problems }) => problems)).toEqual([]);
  await scene.settle();
  await scene.settle();
  expect([hot(scene), held(scene, COLD)]).toEqual([60n, 40n]);
  expect(await paymentsOf(scene)).toEqual([{ purpose: "cold", outcome: "SUCCEEDED" }]);
  await using lone = await realScene({ hotUsdc: 100n }, policy);
  expect((await lone.advance()).problems).toMatchObject([
    { step: "sweep", message: expect.stringContaining("holds 40 micro-USDC more than it may") },
  ]);
});

test("however many sweep at once, an address is emptied once", async () => {
  await using scene = await realScene();
  await unsweptPlayer(scene, 100n);
  const sweep = () => sweepChain(scene.deps, { by, chain: scene.chain.name });
  const sweeps = await Promise.all([sweep(), sweep(), sweep()]);
  expect(sweeps.reduce((sum, { swept }) => sum + swept, 0)).toBe(1);
  expect(sweeps.reduce((sum, { amountMicroUsdc }) => sum + amountMicroUsdc, 0n)).toBe(100n);
  await scene.settle();
  await scene.settle();
  expect(hot(scene)).toBe(100n);
  expect(await paymentsOf(scene)).toHaveLength(1);
  const audit = (await listAudit(scene.deps, { limit: 10 })).items;
  expect(audit.filter(({ action }) => action === "chain.sweep")).toHaveLength(3);
});

test("only what is final is brought in, so that a reorganisation undoes no sweep", async () => {
  await using scene = await realScene({}, { confirmations: [{ blocks: 1 }] });
  const { chain } = scene;
  const userId = await scene.player();
  chain.pay(await scene.addressOf(userId), 100n);
  chain.mine();
  await scene.advance();
  expect((await scene.balances(userId)).available).toBe(100n);
  await scene.expireClaims();
  expect(await scene.advance()).toMatchObject({ swept: 0 });
  expect(await listed(scene)).toBe(1);
  chain.finalise();
  await scene.expireClaims();
  expect(await scene.advance()).toMatchObject({ swept: 1 });
});

test("an address whose money is frozen is left alone, and the others are not", async () => {
  await using scene = await realScene();
  const frozen = await unsweptPlayer(scene, 100n);
  await unsweptPlayer(scene, 50n);
  scene.chain.miner.rules.blacklist.add(await scene.addressOf(frozen));
  const { swept, left } = await sweepChain(scene.deps, { by, chain: scene.chain.name });
  expect(swept).toBe(1);
  expect(left).toMatchObject([{ reason: expect.stringContaining("blacklisted") }]);
  await scene.settle();
  expect(hot(scene)).toBe(50n);
});

test("an address that ran out of gas on the way is given more", async () => {
  await using scene = await realScene({ sweepWay: "gas" });
  const { chain } = scene;
  await scene.player(100n);
  await scene.settle();
  chain.miner.baseFee *= 50n;
  for (let round = 0; round < 4; round += 1) await scene.settle({ replaceAfterSeconds: 0 });
  expect(hot(scene)).toBe(100n);
});

test("an address from which somebody else has sent is told of once, and emptied all the same", async () => {
  await using scene = await realScene({ sweepWay: "gas" });
  const { chain } = scene;
  const userId = await scene.player(100n);
  await scene.settle();
  await scene.settle();
  expect(hot(scene)).toBe(100n);
  const order = { kind: "nothing" } as const;
  const fees = { maxFeePerGas: 10n ** 10n, maxPriorityFeePerGas: 1n };
  const signed = await chain.depositSender(0)?.sign({ order, nonce: 1, gas: 21_000n, fees });
  expect(await chain.broadcast(signed?.raw ?? "")).toEqual({ kind: "accepted" });
  chain.pay(await scene.addressOf(userId), 40n);
  chain.mine();
  chain.finalise();
  const messages: string[] = [];
  for (let round = 0; round < 4; round += 1) {
    await scene.expireClaims();
    messages.push(...(await scene.advance()).problems.map(({ message }) => message));
    chain.mine();
  }
  expect(messages.filter((message) => message.includes("somebody else sends from"))).toHaveLength(
    1,
  );
  await scene.settle();
  expect(hot(scene)).toBe(140n);
});

test("nothing is swept while paused, while gas is too dear, or without the keys", async () => {
  await using scene = await realScene();
  const chain = scene.chain.name;
  await unsweptPlayer(scene, 100n);
  await scene.expireClaims();
  expect(await scene.advance({ maxFeePerGas: 1n })).toMatchObject({ swept: 0 });
  const [keyless, simulated] = [scriptedChain({ keys: false, simulated: false }), scriptedChain()];
  const sweepOn = (chains: Scene["deps"]["chains"]) =>
    sweepChain({ ...scene.deps, chains }, { by, chain });
  expect(await refusalOf(sweepOn([keyless]))).toBe("SIGNING_KEY_MISSING");
  expect(await refusalOf(sweepOn([simulated]))).toBe("CHAIN_SIMULATED");
  expect(await refusalOf(sweepOn([]))).toBe("CHAIN_NOT_FOUND");
  scene.chain.node.down = true;
  expect(await refusalOf(sweepOn([scene.chain]))).toBe("CHAIN_UNAVAILABLE");
  scene.chain.node.down = false;
  await pauseWithdrawals(scene.deps, { by, chain });
  await scene.expireClaims();
  expect(await scene.advance()).toMatchObject({ swept: 0, problems: [] });
  expect(await refusalOf(sweepOn([scene.chain]))).toBe("WITHDRAWAL_STATE_CONFLICT");
});
