import { expect, test } from "bun:test";
import type { Chain } from "@closebell/custody";
import { describeChainContract } from "@closebell/custody/testing";
import { microUsdc } from "@closebell/money";
import { simulatedChain } from "./simulated-chain.ts";

const payee = `0x${"A1".repeat(20)}`;
const amount = microUsdc(5n);
const terms = { gas: 21_000n, fees: { maxFeePerGas: 2n, maxPriorityFeePerGas: 1n } };

const sign = async (chain: Chain, nonce: number, to = payee) =>
  await chain.sender?.sign({ order: { kind: "usdc", to, amount }, nonce, ...terms });

describeChainContract("simulatedChain", () => ({ chain: simulatedChain() }), {
  payee,
  refusing: `0x${"0".repeat(36)}DEAD`,
  blocks: false,
});

test("says that it is simulated, and has one block, which is final", async () => {
  const chain = simulatedChain();
  expect(chain).toMatchObject({ name: "simulated", simulated: true, coldWallet: undefined });
  const { latest, final } = await chain.head();
  expect(latest).toEqual(final);
  expect(
    await chain.transfers({ from: 0n, to: final, ours: () => Promise.resolve(new Set()) }),
  ).toEqual([]);
});

test("a restarted process finds the same addresses and payments", async () => {
  const [before, after] = [simulatedChain(), simulatedChain()];
  const signed = await sign(before, 3);
  expect(signed).toBeDefined();
  expect(await after.receipt(signed?.hash ?? "")).toMatchObject({ succeeded: true });
  expect(await sign(after, 3)).toEqual(signed);
  expect(await sign(after, 4)).not.toEqual(signed);
  expect(after.addressAt(7)).toBe(before.addressAt(7));
  const other = simulatedChain({ seed: "other" });
  expect(await other.receipt(signed?.hash ?? "")).toBeUndefined();
  expect(other.addressAt(7)).not.toBe(before.addressAt(7));
});

test("the hot wallet never runs out, deposit addresses hold nothing", async () => {
  const chain = simulatedChain();
  const { final } = await chain.head();
  const [hot, deposit] = await chain.balances([chain.hotWallet, chain.addressAt(0)], final);
  expect(hot).toBeGreaterThan(10n ** 12n);
  expect(deposit).toBe(microUsdc(0n));
});

test("an address means the same in either case of its letters", () => {
  const chain = simulatedChain();
  expect(chain.addressFrom(payee)).toBe(payee.toLowerCase());
});
