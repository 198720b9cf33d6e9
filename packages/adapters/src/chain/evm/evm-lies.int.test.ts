import { expect, test } from "bun:test";
import type { BlockRef, Chain } from "@closebell/custody";
import { microUsdc } from "@closebell/money";
import { z } from "zod";
import { evmScene, PAYEE, type EvmScene } from "../../testing/evm-scene.ts";
import { alter, faultyRpc, refuse, type Fault } from "../../testing/faulty-rpc.ts";
import { refusalOf } from "../../testing/refusal-of.ts";

const amount = microUsdc(3_000_000n);
const objects = z.array(z.looseObject({}));
const object = z.looseObject({});

/** Every log, changed. */
const logs = (change: (log: Record<string, unknown>) => Record<string, unknown>): Fault =>
  alter((result) => objects.parse(result).map(change));

const read = async (chain: Chain, to?: BlockRef) => {
  const ours = (asked: readonly string[]) =>
    Promise.resolve(new Set(asked.filter((address) => address === chain.addressAt(1))));
  return await chain.transfers({
    from: chain.startBlock,
    to: to ?? (await chain.head()).latest,
    ours,
  });
};

/** A scene with a deposit of `amount` in the newest block, behind a node with a will of its own. */
const lyingScene = async () => {
  const scene = await evmScene();
  const rpc = faultyRpc(scene.anvil.url);
  const alone = scene.chain({ rpcUrls: [rpc.url] });
  const { tx } = await scene.deposit(alone.addressAt(1), amount);
  return {
    scene,
    rpc,
    tx,
    alone,
    /** Chains of which the liar is the first and the second of two nodes. */
    pairs: [
      scene.chain({ rpcUrls: [rpc.url, scene.anvil.url] }),
      scene.chain({ rpcUrls: [scene.anvil.url, rpc.url] }),
    ] as const,
    [Symbol.asyncDispose]: async () => {
      await rpc[Symbol.asyncDispose]();
      await scene.anvil.stop();
    },
  };
};

test("two nodes that say the same are believed", async () => {
  await using lie = await lyingScene();
  for (const chain of lie.pairs) {
    expect(await read(chain)).toEqual([expect.objectContaining({ tx: lie.tx, amount })]);
  }
});

test("an empty list is not believed where a second node tells a transfer", async () => {
  await using lie = await lyingScene();
  lie.rpc.on("eth_getLogs", () => []);
  for (const chain of lie.pairs) {
    expect(await refusalOf(read(chain))).toStartWith("inconsistent: The RPC nodes tell different");
  }
  lie.rpc.heal();
  for (const chain of lie.pairs) expect(await read(chain)).toHaveLength(1);
});

test("an empty list from a replica that is behind is noticed with one node alone", async () => {
  await using lie = await lyingScene();
  const ranged =
    (answer: Fault): Fault =>
    (question) =>
      object.parse(question.params[0])["blockHash"] === undefined ? [] : answer(question);
  lie.rpc.on(
    "eth_getLogs",
    ranged((question) => question.forward()),
  );
  expect(await refusalOf(read(lie.alone))).toStartWith(
    "inconsistent: The RPC node contradicts itself",
  );
  lie.rpc.on("eth_getLogs", ranged(refuse("unknown block")));
  expect(await refusalOf(read(lie.alone))).toStartWith("behind: ");
});

test("a page has no transfer twice, in another place, or left out of the middle", async () => {
  await using lie = await lyingScene();
  await lie.scene.deposit(lie.alone.addressAt(1), microUsdc(1n));
  const twice = alter((result) => objects.parse(result).flatMap((log) => [log, log]));
  lie.rpc.on("eth_getLogs", twice);
  for (const chain of lie.pairs) expect(await refusalOf(read(chain))).toStartWith("inconsistent: ");
  lie.rpc.on(
    "eth_getLogs",
    alter((result) => objects.parse(result).slice(-1)),
  );
  for (const chain of lie.pairs) expect(await refusalOf(read(chain))).toStartWith("inconsistent: ");
  lie.rpc.on(
    "eth_getLogs",
    alter((result) => objects.parse(result).toReversed()),
  );
  expect((await read(lie.alone)).map((each) => each.amount)).toEqual([amount, microUsdc(1n)]);
});

test("logs of a block that vanished are not believed", async () => {
  await using lie = await lyingScene();
  const kept: unknown[] = [];
  lie.rpc.on("eth_getLogs", async ({ forward }) => {
    const told = await forward();
    kept.push(told);
    return told;
  });
  expect(await read(lie.alone)).toHaveLength(1);
  await lie.scene.anvil.reorg(1);
  await lie.scene.anvil.mine();
  lie.rpc.on("eth_getLogs", ({ params }) =>
    object.parse(params[0])["blockHash"] === undefined ? kept[0] : [],
  );
  expect(await refusalOf(read(lie.alone))).toStartWith("inconsistent: ");
  for (const chain of lie.pairs) expect(await refusalOf(read(chain))).toStartWith("inconsistent: ");
  lie.rpc.heal();
  expect(await read(lie.alone)).toEqual([]);
});

test("a page whose last block vanishes while it is read is none", async () => {
  await using lie = await lyingScene();
  const { latest } = await lie.alone.head();
  lie.rpc.on("eth_getLogs", async ({ forward }) => {
    const told = await forward();
    await lie.scene.anvil.reorg(1);
    return told;
  });
  expect(await refusalOf(read(lie.alone, latest))).toMatch(/^(inconsistent|behind): /);
});

test("an empty page is none either when its last block came or went while it was read", async () => {
  await using lie = await lyingScene();
  await lie.scene.anvil.mine();
  const { latest } = await lie.alone.head();
  const from = latest.number;
  const ask = () =>
    lie.alone.transfers({ from, to: latest, ours: () => Promise.resolve(new Set()) });
  expect(await ask()).toEqual([]);
  lie.rpc.asked.length = 0;
  lie.rpc.on("eth_getBlockByNumber", ({ forward }) =>
    lie.rpc.asked.includes("eth_getLogs") ? forward() : null,
  );
  expect(await refusalOf(ask())).toStartWith("behind: ");
  lie.rpc.heal();
  lie.rpc.on("eth_getLogs", async ({ params, forward }) => {
    const told = await forward();
    if (object.parse(params[0])["blockHash"] !== undefined) await lie.scene.anvil.reorg(1);
    return told;
  });
  expect(await refusalOf(ask())).toContain("has another block");
});

test("a block within the page that does not stand is noticed, even where logs and receipts agree on it", async () => {
  await using lie = await lyingScene();
  await lie.scene.anvil.mine();
  const elsewhere = (log: Record<string, unknown>) => ({
    ...log,
    blockHash: `0x${"7".repeat(64)}`,
  });
  lie.rpc.on("eth_getLogs", logs(elsewhere));
  lie.rpc.on(
    "eth_getTransactionReceipt",
    alter((receipt) => elsewhere(object.parse(receipt))),
  );
  expect(await refusalOf(read(lie.alone))).toContain("has another block");
});

test("an event that was not asked for, or was taken back, is not believed", async () => {
  await using lie = await lyingScene();
  const lies: readonly Fault[] = [
    logs((log) => ({ ...log, removed: true })),
    logs((log) => ({ ...log, address: PAYEE })),
    logs((log) => ({ ...log, blockNumber: "0x1" })),
    logs((log) => ({ ...log, blockNumber: "0xffff" })),
    logs((log) => ({ ...log, data: "0x" })),
    logs((log) => ({ ...log, topics: z.array(z.string()).parse(log["topics"]).slice(0, 2) })),
  ];
  for (const fault of lies) {
    lie.rpc.on("eth_getLogs", fault);
    expect(await refusalOf(read(lie.alone))).toContain("an event that was not asked for");
  }
  lie.rpc.on(
    "eth_getLogs",
    logs((log) => ({ ...log, blockHash: null })),
  );
  expect(await refusalOf(read(lie.alone))).toContain("makes no sense");
});

test("a transfer is held against its transaction's receipt", async () => {
  await using lie = await lyingScene();
  const more = (log: Record<string, unknown>) => ({ ...log, data: `0x${"9".padStart(64, "0")}` });
  lie.rpc.on("eth_getLogs", logs(more));
  expect(await refusalOf(read(lie.alone))).toContain("an event that its transaction does not have");
  lie.rpc.heal();
  const receipts: readonly Fault[] = [
    () => null,
    alter((receipt) => ({ ...object.parse(receipt), status: "0x0" })),
    alter((receipt) => ({ ...object.parse(receipt), logs: [] })),
    alter((receipt) => ({ ...object.parse(receipt), blockHash: `0x${"7".repeat(64)}` })),
  ];
  for (const fault of receipts) {
    lie.rpc.on("eth_getTransactionReceipt", fault);
    expect(await refusalOf(read(lie.alone))).toContain(
      "an event that its transaction does not have",
    );
  }
});

test("more USDC than there is is not believed", async () => {
  await using lie = await lyingScene();
  const huge = (log: Record<string, unknown>) => ({ ...log, data: `0x${"f".repeat(64)}` });
  lie.rpc.on("eth_getLogs", logs(huge));
  lie.rpc.on(
    "eth_getTransactionReceipt",
    alter((told) => {
      const receipt = object.parse(told);
      return { ...receipt, logs: objects.parse(receipt["logs"]).map(huge) };
    }),
  );
  expect(await refusalOf(read(lie.alone))).toContain("more USDC than there is");
});

const lagging =
  (newest: bigint): Fault =>
  async ({ params, forward }) => {
    const block = z
      .looseObject({ number: z.string() })
      .nullable()
      .parse(await forward());
    if (block === null) return null;
    if (params[0] !== "latest") return BigInt(block.number) > newest ? null : block;
    return { ...block, number: `0x${newest.toString(16)}` };
  };

const lag = async (scene: EvmScene) => {
  const { latest } = await scene.chain().head();
  return { latest, behind: latest.number - 1n };
};

test("the slower of two nodes says how far the chain is, and what it lacks is not known yet", async () => {
  await using lie = await lyingScene();
  const { latest, behind } = await lag(lie.scene);
  lie.rpc.on("eth_getBlockByNumber", lagging(behind));
  for (const chain of lie.pairs) {
    expect((await chain.head()).latest.number).toBe(behind);
    expect(await refusalOf(chain.blockAt(latest.number))).toStartWith("behind: ");
    expect(await refusalOf(read(chain, latest))).toStartWith("behind: ");
    expect(await refusalOf(chain.receipt(lie.tx))).toStartWith("behind: ");
    expect(await read(chain)).toEqual([]);
  }
});

test("two nodes with different blocks don't agree on anything about them", async () => {
  await using lie = await lyingScene();
  const other = `0x${"7".repeat(64)}`;
  const { latest } = await lie.alone.head();
  lie.rpc.on(
    "eth_getBlockByNumber",
    alter((block) => ({ ...object.parse(block), hash: other })),
  );
  for (const chain of lie.pairs) {
    expect(await refusalOf(chain.head())).toStartWith("inconsistent: ");
    expect(await refusalOf(chain.blockAt(latest.number))).toStartWith("inconsistent: ");
    expect(await refusalOf(read(chain, latest))).toStartWith("inconsistent: ");
    expect(await refusalOf(chain.balances([PAYEE], latest))).toStartWith("inconsistent: ");
    expect(await refusalOf(chain.receipt(lie.tx))).toStartWith("inconsistent: ");
  }
});

test("a node whose final block is newer than its newest is behind itself", async () => {
  await using lie = await lyingScene();
  await lie.scene.anvil.finalize();
  lie.rpc.on("eth_getBlockByNumber", async ({ params, forward }) => {
    const block = object.parse(await forward());
    return params[0] === "latest" ? { ...block, number: "0x1" } : block;
  });
  expect(await refusalOf(lie.alone.head())).toStartWith("behind: ");
});

test("a node that names no final block, or another than asked for, is not believed", async () => {
  await using lie = await lyingScene();
  const { latest } = await lie.alone.head();
  lie.rpc.on("eth_getBlockByNumber", ({ params, forward }) =>
    params[0] === "finalized" ? null : forward(),
  );
  expect(await refusalOf(lie.alone.head())).toBe("behind: The RPC node names no finalized block.");
  lie.rpc.on(
    "eth_getBlockByNumber",
    alter((block) => ({ ...object.parse(block), number: "0x1" })),
  );
  expect(await refusalOf(lie.alone.blockAt(latest.number))).toContain(
    "another block than was asked",
  );
});

test("the fewest transactions that any node counts are what counts", async () => {
  await using lie = await lyingScene();
  await lie.scene.anvil.finalize();
  const owner = lie.scene.anvil.owner;
  const truth = await lie.alone.nonces(owner);
  expect(truth.latest).toBeGreaterThan(2);
  expect(truth.final).toBe(truth.latest);
  lie.rpc.on("eth_getTransactionCount", ({ params, forward }) =>
    params[1] === "finalized" ? "0x1" : forward(),
  );
  for (const chain of lie.pairs) expect(await chain.nonces(owner)).toEqual({ ...truth, final: 1 });
  lie.rpc.on("eth_getTransactionCount", () => "0x2");
  for (const chain of lie.pairs) expect(await chain.nonces(owner)).toEqual({ latest: 2, final: 2 });
});

test("balances that differ between nodes are not told", async () => {
  await using lie = await lyingScene();
  const { latest } = await lie.alone.head();
  const address = lie.alone.addressAt(1);
  const word = (value: bigint) => value.toString(16).padStart(64, "0");
  lie.rpc.on("eth_call", ({ params, forward }) =>
    object.parse(params[0])["to"] === undefined
      ? `0x${word(32n)}${word(1n)}${word(7n)}`
      : forward(),
  );
  expect(await lie.alone.balances([address], latest)).toEqual([microUsdc(7n)]);
  for (const chain of lie.pairs) {
    expect(await refusalOf(chain.balances([address], latest))).toStartWith("inconsistent: ");
  }
  lie.rpc.on("eth_call", ({ params, forward }) =>
    object.parse(params[0])["to"] === undefined ? "0x" : forward(),
  );
  expect(await refusalOf(lie.alone.balances([address], latest))).toContain("gave no balances");
});

test("a receipt is believed only where its block stands and it is the one that was asked for", async () => {
  await using lie = await lyingScene();
  const told = (change: object) =>
    lie.rpc.on(
      "eth_getTransactionReceipt",
      alter((receipt) => ({ ...object.parse(receipt), ...change })),
    );
  expect(await lie.alone.receipt(lie.tx)).toMatchObject({ succeeded: true });
  told({ blockHash: `0x${"7".repeat(64)}` });
  expect(await refusalOf(lie.alone.receipt(lie.tx))).toContain("has another block");
  told({ transactionHash: `0x${"7".repeat(64)}` });
  expect(await refusalOf(lie.alone.receipt(lie.tx))).toContain(
    "the receipt of another transaction",
  );
  told({ status: "0x0" });
  for (const chain of lie.pairs) {
    expect(await refusalOf(chain.receipt(lie.tx))).toStartWith("inconsistent: ");
  }
  lie.rpc.on("eth_getTransactionReceipt", () => null);
  for (const chain of lie.pairs)
    expect(await refusalOf(chain.receipt(lie.tx))).toStartWith("behind: ");
});
