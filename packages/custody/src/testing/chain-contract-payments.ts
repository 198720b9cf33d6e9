import { expect } from "bun:test";
import { microUsdc } from "@closebell/money";
import type { PaymentOrder } from "../chain-sender.ts";
import {
  balanceOf,
  hotSender,
  movable,
  signOrder,
  usdc,
  type ChainFacts,
  type Judge,
} from "./chain-contract-scene.ts";

const UNKNOWN_TX = `0x${"1".repeat(64)}`;
// more than any of these orders takes, for those that no estimate is made for
const AMPLE_GAS = 200_000n;

const paymentTo = (payee: string): PaymentOrder => ({ kind: "usdc", to: payee, amount: usdc(2n) });

/** Signing and sending, on any chain. */
export const judgeSigning = (judge: Judge, { payee, refusing }: ChainFacts) => {
  judge(
    "signs the same bytes under the same name, other ones for another number",
    async ({ chain }) => {
      const order = paymentTo(payee);
      const signed = await signOrder(chain, order, { nonce: 7, gas: AMPLE_GAS });
      expect(signed.hash).toMatch(/^0x[0-9a-f]{64}$/);
      expect(await signOrder(chain, order, { nonce: 7, gas: AMPLE_GAS })).toEqual(signed);
      const other = await signOrder(chain, order, { nonce: 8, gas: AMPLE_GAS });
      expect(other.hash).not.toBe(signed.hash);
      expect(other.raw).not.toBe(signed.raw);
      expect(hotSender(chain).address).toBe(chain.hotWallet);
    },
  );

  judge("does not know a transaction that was never sent", async ({ chain }) => {
    expect(await chain.receipt(UNKNOWN_TX)).toBeUndefined();
  });

  judge("carries out what it was handed, however often that was", async (subject) => {
    const { chain, settle } = subject;
    const { latest: nonce } = await chain.nonces(chain.hotWallet);
    const signed = await signOrder(chain, paymentTo(payee), { nonce });
    expect(await chain.broadcast(signed.raw)).toEqual({ kind: "accepted" });
    expect(await chain.broadcast(signed.raw)).toEqual({ kind: "accepted" });
    await settle?.();
    const receipt = await chain.receipt(signed.hash);
    expect(receipt?.succeeded).toBe(true);
    expect(await chain.blockAt(receipt?.block.number ?? -1n)).toEqual(receipt?.block);
    const { final } = await chain.head();
    expect(receipt?.block.number).toBeLessThanOrEqual(final.number);
    expect(["accepted", "nonce-used"]).toContain((await chain.broadcast(signed.raw)).kind);
  });

  judge("says when a payment was undone", async ({ chain, settle }) => {
    const { latest: nonce } = await chain.nonces(chain.hotWallet);
    const signed = await signOrder(chain, paymentTo(refusing), { nonce, gas: AMPLE_GAS });
    expect((await chain.broadcast(signed.raw)).kind).toBe("accepted");
    await settle?.();
    expect(await chain.receipt(signed.hash)).toMatchObject({ succeeded: false });
  });

  judge("estimates what a payment takes and costs", async ({ chain }) => {
    const estimate = await chain.estimate(chain.hotWallet, paymentTo(payee));
    expect(estimate).toEqual({ kind: "gas", gas: expect.any(BigInt) });
    const { maxFeePerGas, maxPriorityFeePerGas } = await chain.fees();
    expect(maxPriorityFeePerGas).toBeGreaterThan(0n);
    expect(maxFeePerGas).toBeGreaterThanOrEqual(maxPriorityFeePerGas);
    expect(await chain.gasBalance(chain.hotWallet)).toBeGreaterThan(0n);
  });
};

const judgeNumbers = (judge: Judge, { payee }: ChainFacts) => {
  judge("counts the transactions that are mined, and those that stay", async (subject) => {
    const { chain, mine, settle } = movable(subject);
    const before = await chain.nonces(chain.hotWallet);
    const signed = await signOrder(chain, paymentTo(payee), { nonce: before.latest });
    await chain.broadcast(signed.raw);
    expect(await chain.receipt(signed.hash)).toBeUndefined();
    expect((await chain.nonces(chain.hotWallet)).latest).toBe(before.latest);
    await mine();
    const mined = await chain.nonces(chain.hotWallet);
    expect(mined.latest).toBe(before.latest + 1);
    expect(mined.final).toBeLessThanOrEqual(before.latest);
    await settle();
    const used = before.latest + 1;
    expect(await chain.nonces(chain.hotWallet)).toEqual({ latest: used, final: used });
  });

  judge(
    "takes another transaction of a number only for a higher price, and mines one",
    async (subject) => {
      const { chain, settle } = movable(subject);
      const { latest: nonce } = await chain.nonces(chain.hotWallet);
      const before = await balanceOf(chain, payee);
      const first = await signOrder(chain, paymentTo(payee), { nonce });
      const order: PaymentOrder = { kind: "usdc", to: payee, amount: usdc(5n) };
      const cheap = await signOrder(chain, order, { nonce });
      const dear = await signOrder(chain, order, { nonce, raise: 50n });
      expect(await chain.broadcast(first.raw)).toEqual({ kind: "accepted" });
      expect(await chain.broadcast(cheap.raw)).toEqual({ kind: "underpriced" });
      expect(await chain.broadcast(dear.raw)).toEqual({ kind: "accepted" });
      await settle();
      expect(await chain.receipt(dear.hash)).toMatchObject({ succeeded: true });
      expect(await chain.receipt(first.hash)).toBeUndefined();
      expect(await chain.broadcast(first.raw)).toEqual({ kind: "nonce-used" });
      expect(await balanceOf(chain, payee)).toBe(microUsdc((before ?? 0n) + usdc(5n)));
    },
  );

  judge("forgets the receipt of a block that vanished", async (subject) => {
    const { chain, mine, reorg } = movable(subject);
    const { latest: nonce } = await chain.nonces(chain.hotWallet);
    const signed = await signOrder(chain, paymentTo(payee), { nonce });
    await chain.broadcast(signed.raw);
    await mine();
    expect(await chain.receipt(signed.hash)).toMatchObject({ succeeded: true });
    await reorg(1);
    expect(await chain.receipt(signed.hash)).toBeUndefined();
    expect((await chain.nonces(chain.hotWallet)).latest).toBe(nonce);
    expect(await chain.broadcast(signed.raw)).toEqual({ kind: "accepted" });
    await mine();
    expect(await chain.receipt(signed.hash)).toMatchObject({ succeeded: true });
  });
};

const judgeOrders = (judge: Judge, { refusing }: ChainFacts) => {
  judge("says that a payment would be undone, and why", async ({ chain }) => {
    const estimate = await chain.estimate(chain.hotWallet, paymentTo(refusing));
    expect(estimate).toEqual({ kind: "reverts", reason: expect.stringMatching(/./) });
    const beyond: PaymentOrder = { kind: "usdc", to: chain.addressAt(3), amount: usdc(10n ** 12n) };
    expect((await chain.estimate(chain.hotWallet, beyond)).kind).toBe("reverts");
  });

  judge("gives gas, and uses a number up with nothing", async (subject) => {
    const { chain, settle } = movable(subject);
    const { latest: nonce } = await chain.nonces(chain.hotWallet);
    const to = chain.addressAt(3);
    const [held, gas] = [await balanceOf(chain, chain.hotWallet), await chain.gasBalance(to)];
    const fuel = await signOrder(chain, { kind: "gas", to, wei: 1_000_000n }, { nonce });
    const nothing = await signOrder(chain, { kind: "nothing" }, { nonce: nonce + 1 });
    for (const { raw } of [fuel, nothing]) {
      expect(await chain.broadcast(raw)).toEqual({ kind: "accepted" });
    }
    await settle();
    for (const { hash } of [fuel, nothing]) {
      expect(await chain.receipt(hash)).toMatchObject({ succeeded: true });
    }
    expect(await chain.gasBalance(to)).toBe(gas + 1_000_000n);
    expect(await balanceOf(chain, chain.hotWallet)).toBe(held);
    expect((await chain.nonces(chain.hotWallet)).latest).toBe(nonce + 2);
  });

  judge("carries out a permission of a deposit address, once", async (subject) => {
    const { chain, deposit, settle } = movable(subject);
    const holder = chain.depositSender(4);
    if (holder === undefined) throw new Error("The chain under test holds no deposit key.");
    expect(holder.address).toBe(chain.addressAt(4));
    if ((await chain.sweepWay()) !== "authorization") return;
    await deposit(holder.address, usdc(9n));
    const authorization = await holder.authorize({
      to: chain.hotWallet,
      amount: usdc(9n),
      validAfter: 0n,
      validBefore: 2n ** 40n,
      nonce: `0x${"ab".repeat(32)}`,
    });
    const held = await balanceOf(chain, chain.hotWallet);
    const order: PaymentOrder = { kind: "authorized", authorization };
    const { latest: nonce } = await chain.nonces(chain.hotWallet);
    const signed = await signOrder(chain, order, { nonce });
    expect(await chain.broadcast(signed.raw)).toEqual({ kind: "accepted" });
    await settle();
    expect(await chain.receipt(signed.hash)).toMatchObject({ succeeded: true });
    expect(await balanceOf(chain, holder.address)).toBe(microUsdc(0n));
    expect(await balanceOf(chain, chain.hotWallet)).toBe(microUsdc((held ?? 0n) + usdc(9n)));
    expect((await chain.estimate(chain.hotWallet, order)).kind).toBe("reverts");
  });
};

/** Payments in blocks that come and go. */
export const judgePayments = (judge: Judge, facts: ChainFacts) => {
  judgeNumbers(judge, facts);
  judgeOrders(judge, facts);
};
