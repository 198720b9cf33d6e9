import { expect, test } from "bun:test";
import { microUsdc } from "@closebell/money";
import type { ChainSender, PaymentOrder } from "../chain-sender.ts";
import { scriptedChain, type ScriptedChain } from "./scripted-chain.ts";

const payee = `0x${"a".repeat(40)}`;
const FEES = { maxFeePerGas: 5_000_000_000n, maxPriorityFeePerGas: 1_000_000_000n };
const all = (addresses: readonly string[]) => Promise.resolve(new Set(addresses));

const told = async (chain: ScriptedChain, from = 0n) => {
  const { latest } = await chain.head();
  return chain.transfers({ from, to: latest, ours: all });
};

const senderOf = (chain: ScriptedChain): ChainSender => {
  if (chain.sender === undefined) throw new Error("no key");
  return chain.sender;
};

const signed = (chain: ScriptedChain, order: PaymentOrder, nonce = 0, fees = FEES) =>
  senderOf(chain).sign({ order, nonce, gas: 100_000n, fees });

const paying = (amount: bigint, to = payee): PaymentOrder => ({
  kind: "usdc",
  to,
  amount: microUsdc(amount),
});

test("what is paid stands in a block once it is mined, and becomes final", async () => {
  const chain = scriptedChain();
  const { tx } = chain.pay(payee, 5n);
  expect(await told(chain)).toEqual([]);
  chain.mine();
  const { latest, final } = await chain.head();
  expect(latest.number - final.number).toBe(3n);
  expect(await told(chain)).toMatchObject([{ tx, log: 0, to: payee, amount: 5n, block: latest }]);
  chain.finalise();
  expect((await chain.head()).final).toEqual(latest);
  expect(await chain.balances([payee], latest)).toEqual([microUsdc(5n)]);
  expect(await chain.balances([payee], await blockOf(chain, latest.number - 1n))).toEqual([
    microUsdc(0n),
  ]);
});

const blockOf = async (chain: ScriptedChain, number: bigint) => {
  const block = await chain.blockAt(number);
  if (block === undefined) throw new Error(`no block ${number}`);
  return block;
};

test("a reorganisation replaces blocks, and what stood in them is mined again or lost", async () => {
  const chain = scriptedChain();
  const again = chain.pay(payee, 5n);
  const lost = chain.pay(payee, 7n);
  chain.mine();
  const before = (await chain.head()).latest;
  chain.reorg(1, { lost: (tx) => tx === lost.tx });
  const after = await blockOf(chain, before.number);
  expect(after.hash).not.toBe(before.hash);
  expect((await chain.head()).latest.number).toBe(before.number + 1n);
  expect(await told(chain)).toEqual([]);
  const stale = chain.transfers({ from: 0n, to: before, ours: all });
  expect(stale).rejects.toMatchObject({ kind: "inconsistent" });
  chain.mine();
  expect((await told(chain)).map(({ tx, log }) => ({ tx, log }))).toEqual([again]);
  expect(() => chain.reorg(4)).toThrow("final");
});

test("signed bytes pay once, in the order of their numbers", async () => {
  const chain = scriptedChain({ hotUsdc: 100n });
  const second = await signed(chain, paying(2n), 1);
  const first = await signed(chain, paying(1n), 0);
  expect(await signed(chain, paying(1n), 0)).toEqual(first);
  expect(await chain.broadcast(second.raw)).toEqual({ kind: "accepted" });
  chain.mine();
  expect(await chain.receipt(second.hash)).toBeUndefined();
  for (let n = 0; n < 2; n += 1) {
    expect(await chain.broadcast(first.raw)).toEqual({ kind: "accepted" });
  }
  chain.mine();
  const { latest } = await chain.head();
  expect(await chain.receipt(first.hash)).toEqual({ block: latest, succeeded: true });
  expect(await chain.receipt(second.hash)).toEqual({ block: latest, succeeded: true });
  expect(await chain.broadcast(first.raw)).toEqual({ kind: "nonce-used" });
  expect(await chain.nonces(chain.hotWallet)).toEqual({ latest: 2, final: 0 });
  chain.finalise();
  expect(await chain.nonces(chain.hotWallet)).toEqual({ latest: 2, final: 2 });
  expect(chain.usdcOf(payee)).toBe(microUsdc(3n));
  expect(chain.usdcOf(chain.hotWallet)).toBe(microUsdc(97n));
  const spent = 10n ** 21n - (await chain.gasBalance(chain.hotWallet));
  expect(spent).toBe(2n * 50_000n * 2_000_000_000n);
});

test("another transaction of the same number needs a tenth more to take its place", async () => {
  const chain = scriptedChain();
  const at = (percent: bigint, amount: bigint) =>
    signed(chain, paying(amount), 0, {
      maxFeePerGas: (FEES.maxFeePerGas * percent) / 100n,
      maxPriorityFeePerGas: (FEES.maxPriorityFeePerGas * percent) / 100n,
    });
  const [first, little, enough] = await Promise.all([at(100n, 1n), at(109n, 2n), at(110n, 3n)]);
  await chain.broadcast(first.raw);
  expect(await chain.broadcast(little.raw)).toEqual({ kind: "underpriced" });
  expect(await chain.broadcast(enough.raw)).toEqual({ kind: "accepted" });
  chain.mine();
  expect(await chain.receipt(first.hash)).toBeUndefined();
  expect(chain.usdcOf(payee)).toBe(microUsdc(3n));
});

test("what is too dear, ignored or forgotten is not mined", async () => {
  const chain = scriptedChain();
  const { raw, hash } = await signed(chain, paying(1n));
  await chain.broadcast(raw);
  chain.miner.baseFee = FEES.maxFeePerGas + 1n;
  chain.mine();
  chain.miner.baseFee = 1n;
  chain.miner.ignoring = true;
  chain.mine();
  expect(await chain.receipt(hash)).toBeUndefined();
  chain.miner.ignoring = false;
  chain.miner.forget();
  chain.mine();
  expect(await chain.receipt(hash)).toBeUndefined();
  await chain.broadcast(raw);
  chain.mine();
  chain.reorg(1);
  expect(await chain.receipt(hash)).toBeUndefined();
  chain.mine();
  expect(await chain.receipt(hash)).toMatchObject({ succeeded: true });
  expect(chain.usdcOf(payee)).toBe(microUsdc(1n));
});

test("the token's issuer and empty pockets undo a payment, and an estimate says so before", async () => {
  const chain = scriptedChain({ hotUsdc: 10n });
  const says = async (order: PaymentOrder) => {
    const estimate = await chain.estimate(chain.hotWallet, order);
    return estimate.kind === "gas" ? estimate.gas : estimate.reason;
  };
  expect(await says(paying(10n))).toBe(50_000n);
  expect(await says(paying(11n))).toContain("exceeds balance");
  chain.miner.rules.blacklist.add(payee);
  expect(await says(paying(1n))).toContain("blacklisted");
  expect(await says({ kind: "nothing" })).toBe(21_000n);
  const { raw, hash } = await signed(chain, paying(1n));
  await chain.broadcast(raw);
  chain.mine();
  expect(await chain.receipt(hash)).toMatchObject({ succeeded: false });
  expect(await told(chain)).toEqual([]);
  chain.miner.rules.paused = true;
  expect(await says(paying(1n, chain.addressAt(9)))).toContain("paused");
  const poor = scriptedChain({ hotWei: 1n });
  const dear = await signed(poor, paying(1n));
  expect(await poor.broadcast(dear.raw)).toMatchObject({ kind: "refused" });
});

test("a signed permission moves a deposit address's USDC once", async () => {
  const chain = scriptedChain();
  const { hotWallet } = chain;
  const address = chain.addressAt(0);
  chain.pay(address, 9n);
  chain.mine();
  const authorization = await chain.depositSender(0)?.authorize({
    to: hotWallet,
    amount: microUsdc(4n),
    validAfter: 0n,
    validBefore: 10n ** 12n,
    nonce: `0x${"1".repeat(64)}`,
  });
  if (authorization === undefined) throw new Error("no key");
  const order: PaymentOrder = { kind: "authorized", authorization };
  const [first, second] = [await signed(chain, order, 0), await signed(chain, order, 1)];
  await chain.broadcast(first.raw);
  await chain.broadcast(second.raw);
  chain.mine();
  expect(await chain.receipt(first.hash)).toMatchObject({ succeeded: true });
  expect(await chain.receipt(second.hash)).toMatchObject({ succeeded: false });
  expect(chain.usdcOf(address)).toBe(microUsdc(5n));
  const forged = { ...authorization, amount: microUsdc(5n), nonce: `0x${"2".repeat(64)}` };
  expect(await chain.estimate(hotWallet, { kind: "authorized", authorization: forged })).toEqual({
    kind: "reverts",
    reason: "invalid signature",
  });
});

test("a deposit address pays by itself once it was given coins for the fee", async () => {
  const chain = scriptedChain();
  const address = chain.addressAt(0);
  chain.pay(address, 9n);
  const own = await chain.depositSender(0)?.sign({
    order: paying(9n, chain.hotWallet),
    nonce: 0,
    gas: 60_000n,
    fees: FEES,
  });
  const gift = await signed(chain, { kind: "gas", to: address, wei: 10n ** 18n });
  expect(await chain.broadcast(own?.raw ?? "")).toMatchObject({ kind: "refused" });
  await chain.broadcast(gift.raw);
  chain.mine();
  expect(await chain.gasBalance(address)).toBe(10n ** 18n);
  expect(await chain.broadcast(own?.raw ?? "")).toEqual({ kind: "accepted" });
  chain.mine();
  expect(chain.usdcOf(address)).toBe(microUsdc(0n));
});

test("a bad node is down, behind, silent, at odds with another, or tells what is gone", async () => {
  const chain = scriptedChain();
  const { node } = chain;
  const { tx } = chain.pay(payee, 5n);
  chain.mine();
  const { latest } = await chain.head();
  node.down = true;
  expect(chain.head()).rejects.toMatchObject({ kind: "unavailable" });
  node.down = false;
  node.lag = 2;
  expect((await chain.head()).latest.number).toBe(latest.number - 2n);
  expect(await chain.blockAt(latest.number)).toBeUndefined();
  expect(chain.transfers({ from: 0n, to: latest, ours: all })).rejects.toMatchObject({
    kind: "behind",
  });
  node.lag = 0;
  node.empty = true;
  expect(await told(chain)).toEqual([]);
  node.empty = false;
  node.disputed = true;
  expect(told(chain)).rejects.toMatchObject({ kind: "inconsistent" });
  node.disputed = false;
  node.maxBlocks = 2;
  expect(told(chain)).rejects.toMatchObject({ kind: "unavailable" });
  expect((await told(chain, latest.number - 1n)).length).toBe(1);
  node.maxBlocks = 100;
  chain.reorg(1);
  expect(await told(chain)).toEqual([]);
  node.ghosts = true;
  expect(await told(chain)).toMatchObject([{ tx, block: latest }]);
});

test("questions can be counted, held up and refused", async () => {
  const chain = scriptedChain();
  const asked: string[] = [];
  chain.node.before = (question) => void asked.push(question);
  chain.node.after = () => {
    throw new Error("the answer was lost");
  };
  const { raw } = await signed(chain, paying(1n));
  expect(chain.broadcast(raw)).rejects.toThrow("lost");
  expect(chain.miner.waiting().length).toBe(1);
  expect(asked).toEqual(["broadcast"]);
});

test("only transfers that matter are told", async () => {
  const chain = scriptedChain();
  const { latest } = await chain.head();
  expect(latest.number).toBe(10n);
  chain.payMany([
    { from: payee, to: chain.addressAt(0), amount: microUsdc(1n) },
    { from: payee, to: chain.addressAt(1), amount: microUsdc(0n) },
    { from: payee, to: chain.addressAt(2), amount: microUsdc(3n) },
  ]);
  chain.mine();
  const { latest: to } = await chain.head();
  const only = (address: string) => () => Promise.resolve(new Set([address]));
  const one = await chain.transfers({ from: 0n, to, ours: only(chain.addressAt(2)) });
  expect(one).toMatchObject([{ log: 2, amount: 3n }]);
  const recipients = [chain.addressAt(0)];
  expect(await chain.transfers({ from: 0n, to, recipients, ours: all })).toMatchObject([
    { log: 0, amount: 1n },
  ]);
});
