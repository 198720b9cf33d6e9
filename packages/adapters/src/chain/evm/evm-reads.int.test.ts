import { expect, test } from "bun:test";
import { microUsdc } from "@closebell/money";
import { deployToken } from "../dev/index.ts";
import { evmScene, PAYEE } from "../../testing/evm-scene.ts";
import { faultyRpc } from "../../testing/faulty-rpc.ts";

const among = (addresses: readonly string[]) => (asked: readonly string[]) =>
  Promise.resolve(new Set(asked.filter((address) => addresses.includes(address))));

test("a page is put together from as many ranges as the node allows, none left out", async () => {
  await using scene = await evmScene();
  await using rpc = faultyRpc(scene.anvil.url);
  const chain = scene.chain({ rpcUrls: [rpc.url], maxBlockRange: 3 });
  const address = chain.addressAt(1);
  const { number: before } = (await chain.head()).latest;
  const amounts = Array.from({ length: 10 }, (_, each) => microUsdc(BigInt(each + 1)));
  for (const amount of amounts) await scene.deposit(address, amount);
  const { latest } = await chain.head();
  rpc.asked.length = 0;
  const told = await chain.transfers({ from: before + 1n, to: latest, ours: among([address]) });
  expect(told.map(({ amount }) => amount)).toEqual(amounts);
  expect(rpc.asked.filter((method) => method === "eth_getLogs")).toHaveLength(4 + 1);
  expect(
    await chain.transfers({ from: latest.number + 1n, to: latest, ours: among([address]) }),
  ).toEqual([]);
});

test("a transfer is named by its place among its transaction's events, whatever else its block holds", async () => {
  await using scene = await evmScene();
  const chain = scene.chain();
  const [a, b] = [chain.addressAt(1), chain.addressAt(2)];
  const [three, four] = [microUsdc(3n), microUsdc(4n)];
  const tx = await scene.token.payMany([
    { to: a, amount: three },
    { to: PAYEE, amount: four },
    { to: a, amount: three },
    { to: b, amount: four },
  ]);
  const { latest } = await chain.head();
  const told = await chain.transfers({ from: latest.number, to: latest, ours: among([a, b]) });
  // every payment comes after an event of the payer's own
  expect(told).toEqual([
    expect.objectContaining({ tx, log: 1, to: a, amount: three }),
    expect.objectContaining({ tx, log: 5, to: a, amount: three }),
    expect.objectContaining({ tx, log: 7, to: b, amount: four }),
  ]);
});

test("a transfer keeps its name when it is mined again, in another block and at another place in it", async () => {
  await using scene = await evmScene();
  const { anvil, token } = scene;
  const chain = scene.chain();
  const order = { kind: "usdc", to: chain.addressAt(1), amount: microUsdc(5n) } as const;
  const fees = { maxFeePerGas: 10n ** 10n, maxPriorityFeePerGas: 1n };
  const signed = await chain.sender?.sign({ order, nonce: 0, gas: 90_000n, fees });
  const read = async () => {
    const { latest } = await chain.head();
    const query = { from: scene.startBlock, to: latest, ours: among([chain.addressAt(1)]) };
    return await chain.transfers(query);
  };
  await chain.broadcast(signed?.raw ?? "");
  await anvil.mine();
  const [first] = await read();
  await anvil.reorg(1);
  expect(await read()).toEqual([]);
  await chain.broadcast(signed?.raw ?? "");
  // a payment that offers more comes first in the same block
  const price = `0x${(100n * fees.maxFeePerGas).toString(16)}`;
  const words = [PAYEE.slice(2), "1"].map((word) => word.padStart(64, "0"));
  const dear = { maxFeePerGas: price, maxPriorityFeePerGas: price };
  await anvil.request("eth_sendTransaction", [
    { from: anvil.owner, to: token.address, data: `0xa9059cbb${words.join("")}`, ...dear },
  ]);
  await anvil.mine();
  const [second] = await read();
  const receipt = await anvil.request("eth_getTransactionReceipt", [signed?.hash]);
  expect(receipt).toMatchObject({ logs: [{ logIndex: "0x1" }] });
  const { latest } = await chain.head();
  if (first === undefined || second === undefined) throw new Error("The transfer is not told.");
  expect(second).toEqual({ ...first, block: latest });
  expect(second.block).not.toEqual(first.block);
});

test("nothing, and another token, are no transfer of USDC", async () => {
  await using scene = await evmScene();
  const chain = scene.chain();
  const address = chain.addressAt(1);
  const other = await deployToken(scene.anvil);
  await other.transfer(address, microUsdc(9n));
  await scene.token.transfer(address, microUsdc(0n));
  const { latest } = await chain.head();
  const query = { from: scene.startBlock, to: latest, ours: among([address]) };
  expect(await chain.transfers(query)).toEqual([]);
  expect(await chain.transfers({ ...query, recipients: [address] })).toEqual([]);
  expect(await chain.balances([address], latest)).toEqual([microUsdc(0n)]);
});

test("newly made money is a transfer like any other", async () => {
  await using scene = await evmScene();
  const chain = scene.chain();
  const tx = await scene.token.mint(chain.addressAt(1), microUsdc(6n));
  const { latest } = await chain.head();
  const query = { from: scene.startBlock, to: latest, ours: among([chain.addressAt(1)]) };
  const from = `0x${"0".repeat(40)}`;
  expect(await chain.transfers(query)).toEqual([expect.objectContaining({ tx, log: 0, from })]);
});

test("more balances than fit one call are read in several", async () => {
  await using scene = await evmScene();
  await using rpc = faultyRpc(scene.anvil.url);
  const chain = scene.chain({ rpcUrls: [rpc.url] });
  const addresses = Array.from(
    { length: 1_201 },
    (_, each) => `0x${(each + 4_096).toString(16).padStart(40, "0")}`,
  );
  const last = addresses.at(-1) ?? "";
  await scene.deposit(last, microUsdc(8n));
  const { latest } = await chain.head();
  rpc.asked.length = 0;
  const balances = await chain.balances(addresses, latest);
  expect(balances).toHaveLength(addresses.length);
  expect(balances.at(-1)).toBe(microUsdc(8n));
  expect(balances.slice(0, -1).every((balance) => balance === 0n)).toBe(true);
  expect(rpc.asked.filter((method) => method === "eth_call")).toHaveLength(3);
});

test("where the chain names no final block, so many blocks on top make one final", async () => {
  await using scene = await evmScene();
  const chain = scene.chain({ confirmations: 2 });
  const { latest, final } = await chain.head();
  expect(final).toEqual((await chain.blockAt(latest.number - 2n)) ?? latest);
  const { owner } = scene.anvil;
  const before = await chain.nonces(owner);
  await scene.deposit(PAYEE, microUsdc(1n));
  const mined = await chain.nonces(owner);
  expect(mined.latest).toBe(before.latest + 1);
  expect(mined.final).toBeLessThan(mined.latest);
  await scene.anvil.mine(2);
  expect(await chain.nonces(owner)).toEqual({ latest: mined.latest, final: mined.latest });
  const patient = scene.chain({ confirmations: 1_000_000 });
  expect((await patient.head()).final.number).toBe(0n);
  expect((await patient.nonces(owner)).final).toBe(0);
});
