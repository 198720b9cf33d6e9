import { expect, test } from "bun:test";
import { describeChainContract } from "@closebell/custody/testing";
import { microUsdc } from "@closebell/money";
import { simulatedChain } from "./simulated-chain.ts";

const payee = `0x${"A1".repeat(20)}`;
const amount = microUsdc(5n);

describeChainContract("simulatedChain", () => ({ chain: simulatedChain() }), {
  payee,
  refusing: `0x${"0".repeat(36)}DEAD`,
  deposits: false,
});

test("says that it is simulated, and tells no deposit", async () => {
  const chain = simulatedChain();
  expect(chain).toMatchObject({ name: "simulated", simulated: true });
  const { deposits, cursor } = await chain.deposits(null);
  expect(deposits).toEqual([]);
  expect(await chain.deposits(cursor)).toEqual({ deposits: [], cursor });
});

test("a restarted process finds the same addresses and payments", async () => {
  const [before, after] = [simulatedChain(), simulatedChain()];
  const payment = { withdrawalId: "w", to: payee, amount };
  const { tx } = await before.send(payment);
  expect(await after.statusOf(tx)).toBe("confirmed");
  expect(await after.send(payment)).toEqual({ tx });
  expect(after.addressAt(7)).toBe(before.addressAt(7));
  const other = simulatedChain({ seed: "other" });
  expect(await other.statusOf(tx)).toBe("unknown");
  expect(other.addressAt(7)).not.toBe(before.addressAt(7));
});
