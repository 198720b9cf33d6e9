import { expect, test } from "bun:test";
import { microUsdc } from "@closebell/money";
import { describeChainContract } from "./chain-contract.ts";
import { scriptedChain } from "./scripted-chain.ts";

const payee = `0x${"a".repeat(40)}`;
const refusing = `0x${"f".repeat(40)}`;
const amount = microUsdc(5n);

describeChainContract(
  "scriptedChain",
  () => {
    const chain = scriptedChain();
    chain.settle(payee, { status: "confirmed", asks: 2 });
    chain.settle(refusing, { status: "failed", asks: 1 });
    return {
      chain,
      deposit: (address, paid) =>
        Promise.resolve(chain.deposit({ address, amount: paid, confirmed: true })),
    };
  },
  { payee, refusing, deposits: true },
);

test("a deposit confirms, repeats and vanishes under one name", async () => {
  const chain = scriptedChain();
  const { tx, log } = chain.deposit({ address: payee, amount, log: 3 });
  chain.confirm(tx);
  chain.repeat(tx);
  chain.reorg(tx);
  const { deposits, cursor } = await chain.deposits(null);
  expect(
    deposits.map((told) => [told.tx, told.log, told.confirmed, told.reorged ?? false]),
  ).toEqual([
    [tx, log, false, false],
    [tx, log, true, false],
    [tx, log, true, false],
    [tx, log, false, true],
  ]);
  expect((await chain.deposits(cursor)).deposits).toEqual([]);
  expect(await chain.height?.()).toBe(4n);
});

test("a payment is pending for as many asks as the script says", async () => {
  const chain = scriptedChain();
  chain.settle(payee, { status: "failed", asks: 2 });
  const { tx } = await chain.send({ withdrawalId: "w", to: payee, amount });
  expect([await chain.statusOf(tx), await chain.statusOf(tx), await chain.statusOf(tx)]).toEqual([
    "pending",
    "pending",
    "failed",
  ]);
  expect(chain.sent).toEqual([{ withdrawalId: "w", to: payee, amount, tx }]);
});

test("while down, the chain tells nothing and takes nothing", async () => {
  const chain = scriptedChain();
  chain.down(true);
  expect(chain.deposits(null)).rejects.toThrow("down");
  expect(chain.send({ withdrawalId: "w", to: payee, amount })).rejects.toThrow("down");
  expect(chain.sent).toEqual([]);
  chain.down(false);
  expect((await chain.deposits(null)).deposits).toEqual([]);
});

test("a deposit that was never told can't be told again", () => {
  expect(() => scriptedChain().confirm("0x0")).toThrow("no deposit");
});
