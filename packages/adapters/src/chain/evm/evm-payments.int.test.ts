import { expect, test } from "bun:test";
import type { Chain, PaymentOrder } from "@closebell/custody";
import { microUsdc } from "@closebell/money";
import { evmScene, PAYEE, REFUSING } from "../../testing/evm-scene.ts";
import { faultyRpc, page, refuse } from "../../testing/faulty-rpc.ts";
import { refusalOf } from "../../testing/refusal-of.ts";

const amount = microUsdc(2_000_000n);
const order = { kind: "usdc", to: PAYEE, amount } as const;
const GWEI = 10n ** 9n;
const fees = { maxFeePerGas: 10n * GWEI, maxPriorityFeePerGas: GWEI };

const rawOf = async (chain: Chain, nonce = 0) =>
  (await chain.sender?.sign({ order, nonce, gas: 120_000n, fees }))?.raw ?? "";

test("says why a payment would be undone: paused, blacklisted, or more than there is", async () => {
  await using scene = await evmScene();
  const chain = scene.chain();
  const ask = (what: PaymentOrder = order, from = chain.hotWallet) => chain.estimate(from, what);
  expect(await ask()).toEqual({ kind: "gas", gas: expect.any(BigInt) });
  await scene.token.setBlacklisted(REFUSING, true);
  const blacklisted = "Blacklistable: account is blacklisted";
  expect(await ask({ ...order, to: REFUSING })).toEqual({ kind: "reverts", reason: blacklisted });
  const reason = "ERC20: transfer amount exceeds balance";
  expect(await ask(order, PAYEE)).toEqual({ kind: "reverts", reason });
  await scene.token.setPaused(true);
  expect(await ask()).toEqual({ kind: "reverts", reason: "Pausable: paused" });
  await scene.token.setPaused(false);
  expect((await ask()).kind).toBe("gas");
  expect((await ask({ kind: "gas", to: PAYEE, wei: 10n ** 30n })).kind).toBe("reverts");
});

test("a refusal that is not about the payment is no estimate", async () => {
  await using scene = await evmScene();
  await using rpc = faultyRpc(scene.anvil.url);
  const chain = scene.chain({ rpcUrls: [rpc.url] });
  const ask = () => chain.estimate(chain.hotWallet, order);
  rpc.on("eth_estimateGas", refuse("daily request count exceeded", -32_005));
  expect(await refusalOf(ask())).toStartWith("unavailable: ");
  rpc.on("eth_estimateGas", refuse("execution reverted", 3));
  expect(await ask()).toMatchObject({ kind: "reverts" });
  rpc.on("eth_estimateGas", refuse("execution reverted", 3, "0xdeadbeef"));
  expect(await ask()).toMatchObject({ kind: "reverts" });
});

test("what is estimated is enough for what the payment takes", async () => {
  await using scene = await evmScene();
  const chain = scene.chain();
  const estimate = await chain.estimate(chain.hotWallet, order);
  const gas = estimate.kind === "gas" ? estimate.gas : 0n;
  const signed = await chain.sender?.sign({ order, nonce: 0, gas, fees });
  expect(await chain.broadcast(signed?.raw ?? "")).toEqual({ kind: "accepted" });
  await scene.anvil.mine();
  expect(await chain.receipt(signed?.hash ?? "")).toMatchObject({ succeeded: true });
});

test("bytes that one of two nodes takes are taken", async () => {
  await using scene = await evmScene();
  await using rpc = faultyRpc(scene.anvil.url);
  const raw = await rawOf(scene.chain());
  rpc.on("*", page(503));
  const half = scene.chain({ rpcUrls: [rpc.url, scene.anvil.url] });
  expect(await half.broadcast(raw)).toEqual({ kind: "accepted" });
  rpc.heal();
  for (const message of [
    "insufficient funds for gas",
    "nonce too low",
    "replacement transaction underpriced",
  ]) {
    rpc.on("eth_sendRawTransaction", refuse(message));
    expect(await half.broadcast(raw)).toEqual({ kind: "accepted" });
  }
  rpc.on("eth_sendRawTransaction", refuse("insufficient funds for gas"));
  expect(await scene.chain({ rpcUrls: [rpc.url, rpc.url] }).broadcast(raw)).toMatchObject({
    kind: "refused",
  });
});

test("a chain that can't pay the fee refuses, and takes the same bytes later", async () => {
  await using scene = await evmScene();
  const chain = scene.chain();
  const raw = await rawOf(chain);
  await scene.anvil.setBalance(chain.hotWallet, 1n);
  expect(await chain.broadcast(raw)).toMatchObject({
    kind: "refused",
    reason: expect.stringContaining("nsufficient funds"),
  });
  await scene.anvil.setBalance(chain.hotWallet, 10n ** 18n);
  expect(await chain.broadcast(raw)).toEqual({ kind: "accepted" });
});

test("what is signed for another chain is refused as such", async () => {
  await using scene = await evmScene();
  const raw = await rawOf(scene.chain({ chainId: 1 }));
  expect(await refusalOf(scene.chain().broadcast(raw))).toStartWith("wrong-chain: ");
});

test("fees follow the price of the next block", async () => {
  await using scene = await evmScene();
  const chain = scene.chain();
  const calm = await chain.fees();
  await scene.anvil.request("anvil_setNextBlockBaseFeePerGas", [`0x${(500n * GWEI).toString(16)}`]);
  await scene.anvil.mine();
  const spike = await chain.fees();
  expect(spike.maxFeePerGas).toBeGreaterThan(500n * GWEI);
  expect(spike.maxFeePerGas).toBeGreaterThan(calm.maxFeePerGas);
});

test("the tip is the median of those paid of late, or what the node suggests, and never nothing", async () => {
  await using scene = await evmScene();
  await using rpc = faultyRpc(scene.anvil.url);
  const chain = scene.chain({ rpcUrls: [rpc.url] });
  const history = (reward: readonly (readonly string[])[] | null) => () => ({
    baseFeePerGas: ["0x5", "0x7"],
    reward,
  });
  rpc.on("eth_feeHistory", history([["0x9"], ["0x0"], ["0x3"], ["0x4"]]));
  expect(await chain.fees()).toEqual({ maxPriorityFeePerGas: 4n, maxFeePerGas: 2n * 7n + 4n });
  rpc.on("eth_feeHistory", history(null));
  rpc.on("eth_maxPriorityFeePerGas", () => "0x6");
  expect(await chain.fees()).toEqual({ maxPriorityFeePerGas: 6n, maxFeePerGas: 2n * 7n + 6n });
  rpc.on("eth_maxPriorityFeePerGas", refuse("the method does not exist", -32_601));
  expect(await chain.fees()).toEqual({ maxPriorityFeePerGas: 1n, maxFeePerGas: 2n * 7n + 1n });
});

test("a permission counts only for what it was signed for", async () => {
  await using scene = await evmScene();
  const chain = scene.chain();
  const holder = chain.depositSender(1);
  const other = chain.depositSender(2);
  await scene.deposit(chain.addressAt(1), amount);
  const what = { to: chain.hotWallet, amount, validAfter: 0n, nonce: `0x${"ab".repeat(32)}` };
  const permission = await holder?.authorize({ ...what, validBefore: 2n ** 40n });
  const late = await holder?.authorize({ ...what, validBefore: 1n });
  const forged = await other?.authorize({ ...what, validBefore: 2n ** 40n });
  if (permission === undefined || late === undefined || forged === undefined)
    throw new Error("no key");
  const ask = (authorization: typeof permission) =>
    chain.estimate(chain.hotWallet, { kind: "authorized", authorization });
  expect((await ask(permission)).kind).toBe("gas");
  expect(await ask(late)).toEqual({
    kind: "reverts",
    reason: "FiatTokenV2: authorization is expired",
  });
  const invalid = { kind: "reverts", reason: "FiatTokenV2: invalid signature" } as const;
  expect(await ask({ ...permission, to: PAYEE })).toEqual(invalid);
  expect(await ask({ ...forged, from: permission.from })).toEqual(invalid);
});

test("a token that binds authorizations otherwise, or knows none, is swept by payments", async () => {
  await using scene = await evmScene();
  await using rpc = faultyRpc(scene.anvil.url);
  const decimals = "0x313ce567";
  const domainSeparator = "0x3644e515";
  const answering = (wrong: (data: string) => unknown) =>
    rpc.on("eth_call", ({ params, forward }) => {
      const data = JSON.stringify(params[0]);
      return data.includes(decimals) ? forward() : (wrong(data) ?? forward());
    });
  const fresh = () => scene.chain({ rpcUrls: [rpc.url] });
  expect(await fresh().sweepWay()).toBe("authorization");
  answering((data) => (data.includes(domainSeparator) ? `0x${"1".repeat(64)}` : undefined));
  expect(await fresh().sweepWay()).toBe("gas");
  answering(() => "0x");
  expect(await fresh().sweepWay()).toBe("gas");
  answering(() =>
    refuse("execution reverted", 3)({ method: "", params: [], forward: Promise.resolve }),
  );
  const chain = fresh();
  expect(await chain.sweepWay()).toBe("gas");
  const what = { to: PAYEE, amount, validAfter: 0n, validBefore: 1n, nonce: `0x${"1".repeat(64)}` };
  expect(chain.depositSender(1)?.authorize(what)).rejects.toThrow("takes no authorizations");
  rpc.on("eth_call", ({ params, forward }) =>
    JSON.stringify(params[0]).includes(decimals)
      ? forward()
      : refuse("rate limit", -32_005)({ method: "", params: [], forward }),
  );
  expect(await refusalOf(fresh().sweepWay())).toStartWith("unavailable: ");
});

test("a process without keys signs nothing", async () => {
  await using scene = await evmScene();
  const chain = scene.chain({ hotWalletKey: undefined, depositKey: undefined });
  expect(chain.sender).toBeUndefined();
  expect(chain.depositSender(0)).toBeUndefined();
  expect(chain.addressAt(0)).toBe(scene.chain().addressAt(0));
});
