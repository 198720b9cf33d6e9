import { expect, test } from "bun:test";
import { microUsdc } from "@closebell/money";
import { getAddress, keccak256, parseTransaction, type TransactionSerializedEIP1559 } from "viem";
import { custodyKeys } from "./custody-keys.ts";
import { evmSender, type SenderTerms } from "./evm-sender.ts";
import { localSigner, type Signer } from "./signer.ts";

const keys = custodyKeys(`${"test ".repeat(11)}junk`);
const right = localSigner(keys.hotWallet.key);
const other = localSigner(`0x${"1".repeat(64)}`);
const usdc = getAddress("0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913");
const domain = { name: "USD Coin", version: "2", chainId: 8453, verifyingContract: usdc };
const terms: SenderTerms = { chainId: 8453, usdc, domain: () => Promise.resolve(domain) };
const to = keys.coldWallet;
const unsigned = {
  order: { kind: "gas", to, wei: 5n },
  nonce: 7,
  gas: 21_000n,
  fees: { maxFeePerGas: 9n, maxPriorityFeePerGas: 2n },
} as const;
const what = {
  to,
  amount: microUsdc(1n),
  validAfter: 0n,
  validBefore: 10n,
  nonce: `0x${"ab".repeat(32)}`,
};

test("signs what it was given, for its chain alone, and names it by its hash", async () => {
  const { raw, hash } = await evmSender(right, terms).sign(unsigned);
  const serialized: TransactionSerializedEIP1559 = `0x02${raw.slice(4)}`;
  const parsed = parseTransaction(serialized);
  expect(getAddress(parsed.to ?? "0x")).toBe(getAddress(to));
  expect(parsed).toMatchObject({
    chainId: 8453,
    nonce: 7,
    gas: 21_000n,
    maxFeePerGas: 9n,
    maxPriorityFeePerGas: 2n,
    value: 5n,
  });
  expect(hash).toBe(keccak256(serialized));
});

test("a payment of nothing goes to the sender itself", async () => {
  const { raw } = await evmSender(right, terms).sign({ ...unsigned, order: { kind: "nothing" } });
  const { to: payee, value = 0n, data = "0x" } = parseTransaction(`0x02${raw.slice(4)}`);
  expect([getAddress(payee ?? "0x"), value, data]).toEqual([right.address, 0n, "0x"]);
});

test("what a signer signed with another key, or of another kind, goes nowhere", async () => {
  const swapped: Signer = { ...other, address: right.address };
  const sender = evmSender(swapped, terms);
  expect(sender.sign(unsigned)).rejects.toThrow("signed with another key");
  expect(sender.authorize(what)).rejects.toThrow("signed with another key");
  const legacy: Signer = { ...right, signTransaction: () => Promise.resolve("0xf86c") };
  expect(evmSender(legacy, terms).sign(unsigned)).rejects.toThrow("another kind of transaction");
  expect((await evmSender(right, terms).authorize(what)).from).toBe(right.address);
});
