import { expect, test } from "bun:test";
import type { Chain } from "@closebell/custody";
import { microUsdc } from "@closebell/money";
import { evmScene, PAYEE } from "../../testing/evm-scene.ts";
import { alter, faultyRpc, only, page, refuse, RPC_KEY, stall } from "../../testing/faulty-rpc.ts";
import { refusalOf } from "../../testing/refusal-of.ts";

const HASH = `0x${"1".repeat(64)}`;
const nobody = () => Promise.resolve(new Set<string>());
const order = { kind: "usdc", to: PAYEE, amount: microUsdc(1n) } as const;
const terms = { gas: 90_000n, fees: { maxFeePerGas: 10n ** 10n, maxPriorityFeePerGas: 1n } };

/** Everything that asks the chain. */
const questions = async (chain: Chain) => {
  const block = { number: 1n, hash: HASH };
  const signed = await chain.sender?.sign({ order, nonce: 0, ...terms });
  return {
    head: () => chain.head(),
    blockAt: () => chain.blockAt(1n),
    transfers: () => chain.transfers({ from: 1n, to: block, ours: nobody }),
    balances: () => chain.balances([PAYEE], block),
    gasBalance: () => chain.gasBalance(PAYEE),
    nonces: () => chain.nonces(PAYEE),
    fees: () => chain.fees(),
    estimate: () => chain.estimate(chain.hotWallet, order),
    broadcast: () => chain.broadcast(signed?.raw ?? ""),
    receipt: () => chain.receipt(HASH),
    sweepWay: () => chain.sweepWay(),
  };
};

const refusals = async (chain: Chain): Promise<ReadonlySet<string>> => {
  const asked = Object.entries(await questions(chain));
  const told = await Promise.all(
    asked.map(async ([name, ask]) => [name, await refusalOf(ask())] as const),
  );
  for (const [name, refusal] of told) expect([name, refusal]).not.toEqual([name, "answered"]);
  return new Set(told.map(([, refusal]) => refusal));
};

test("a node that is not there is unavailable, whatever it is asked", async () => {
  await using scene = await evmScene();
  const chain = scene.chain({ rpcUrls: [`http://127.0.0.1:1/v2/${RPC_KEY}`] });
  expect(await refusals(chain)).toEqual(
    new Set(["unavailable: The RPC node can't be reached, or speaks no JSON-RPC."]),
  );
});

test("a node that does not answer is given up on", async () => {
  await using scene = await evmScene();
  await using rpc = faultyRpc(scene.anvil.url);
  rpc.on("*", stall);
  const chain = scene.chain({ rpcUrls: [rpc.url], timeoutMs: 60 });
  expect(await refusals(chain)).toEqual(
    new Set(["unavailable: The RPC node did not answer in time."]),
  );
});

test("a page for people is no answer, under whatever status", async () => {
  await using scene = await evmScene();
  await using rpc = faultyRpc(scene.anvil.url);
  const chain = scene.chain({ rpcUrls: [rpc.url] });
  rpc.on("*", page(502));
  expect(await refusals(chain)).toEqual(new Set(["unavailable: The RPC node answers 502."]));
  rpc.on("*", page(200));
  expect(await refusalOf(chain.head())).toStartWith("unavailable: ");
  rpc.heal();
  expect(await refusalOf(chain.head())).toBe("answered");
});

test("a node that asks for patience is asked once more", async () => {
  await using scene = await evmScene();
  await using rpc = faultyRpc(scene.anvil.url);
  const chain = scene.chain({ rpcUrls: [rpc.url] });
  rpc.on("eth_getBlockByNumber", only(1, page(429, { "retry-after": "0" })));
  expect((await chain.head()).latest.number).toBeGreaterThan(0n);
  rpc.on("eth_getBlockByNumber", page(429, { "retry-after": "0" }));
  expect(await refusalOf(chain.head())).toBe("unavailable: The RPC node answers 429.");
});

test("a node that asks for an hour's patience is not waited for", async () => {
  await using scene = await evmScene();
  await using rpc = faultyRpc(scene.anvil.url);
  const chain = scene.chain({ rpcUrls: [rpc.url], timeoutMs: 100 });
  rpc.on("*", page(429, { "retry-after": "3600" }));
  expect(await refusalOf(chain.head())).toStartWith("unavailable: ");
});

test("an answer of another shape makes no sense", async () => {
  await using scene = await evmScene();
  await using rpc = faultyRpc(scene.anvil.url);
  const chain = scene.chain({ rpcUrls: [rpc.url] });
  for (const nonsense of [{}, [], "soon", 7, { number: 1, hash: "0x" }]) {
    rpc.on("eth_getBlockByNumber", () => nonsense);
    expect(await refusalOf(chain.head())).toStartWith("inconsistent: The RPC node gave an answer");
  }
});

test("another chain is noticed before anything else is asked, and nothing is sent to it", async () => {
  await using scene = await evmScene();
  await using rpc = faultyRpc(scene.anvil.url);
  rpc.on("eth_chainId", () => "0x1");
  const chain = scene.chain({ rpcUrls: [rpc.url] });
  expect(await refusals(chain)).toEqual(
    new Set(["wrong-chain: The RPC node is on chain 1, not 31337 (EVM_CHAIN_ID)."]),
  );
  expect(new Set(rpc.asked)).toEqual(new Set(["eth_chainId"]));
});

test("a node that comes back as another chain is noticed, and so is one that never went", async () => {
  await using scene = await evmScene();
  await using rpc = faultyRpc(scene.anvil.url);
  const chain = scene.chain({ rpcUrls: [rpc.url] });
  expect(await refusalOf(chain.gasBalance(PAYEE))).toBe("answered");
  rpc.on("*", page(503));
  expect(await refusalOf(chain.gasBalance(PAYEE))).toStartWith("unavailable: ");
  rpc.heal();
  rpc.on("eth_chainId", () => "0x5");
  expect(await refusalOf(chain.gasBalance(PAYEE))).toStartWith("wrong-chain: ");
  rpc.heal();
  expect(await refusalOf(chain.head())).toBe("answered");
  rpc.on("eth_chainId", () => "0x5");
  expect(await refusalOf(chain.head())).toStartWith("wrong-chain: ");
});

test("one wrong node of two is enough to refuse", async () => {
  await using scene = await evmScene();
  await using rpc = faultyRpc(scene.anvil.url);
  rpc.on("eth_chainId", () => "0x1");
  const chain = scene.chain({ rpcUrls: [scene.anvil.url, rpc.url] });
  expect(await refusalOf(chain.head())).toBe(
    "wrong-chain: RPC node 2 is on chain 1, not 31337 (EVM_CHAIN_ID).",
  );
});

test("what is no token of six decimals is not taken for USDC", async () => {
  await using scene = await evmScene();
  await using rpc = faultyRpc(scene.anvil.url);
  rpc.on("eth_call", () => `0x${"12".padStart(64, "0")}`);
  expect(await refusalOf(scene.chain({ rpcUrls: [rpc.url] }).head())).toContain(
    "a token of 18 decimals at EVM_USDC_ADDRESS",
  );
  expect(await refusalOf(scene.chain({ usdc: PAYEE }).head())).toContain(
    "no contract at EVM_USDC_ADDRESS",
  );
});

test("no message shows the key in a node's URL, not even one in which the node repeats it", async () => {
  await using scene = await evmScene();
  await using rpc = faultyRpc(scene.anvil.url);
  const chain = scene.chain({ rpcUrls: [rpc.url], timeoutMs: 60 });
  const words = [`no such path: ${rpc.url}`, `project ${RPC_KEY} is over its limit`];
  for (const fault of [stall, page(500), page(200), ...words.map((each) => refuse(each))]) {
    rpc.on("*", fault);
    const asked = Object.values(await questions(chain));
    const failed = await Promise.all(
      asked.map((ask) =>
        ask().then(
          () => "answered",
          (error: unknown) => Bun.inspect(error),
        ),
      ),
    );
    for (const text of failed) {
      expect(text).toContain("The RPC node");
      expect(text).not.toContain(RPC_KEY);
    }
  }
});

test("what no money depends on comes from the second node while the first is down", async () => {
  await using scene = await evmScene();
  await using rpc = faultyRpc(scene.anvil.url);
  rpc.on("*", page(503));
  const chain = scene.chain({ rpcUrls: [rpc.url, scene.anvil.url] });
  expect(await chain.gasBalance(chain.hotWallet)).toBe(10n ** 18n);
  expect((await chain.fees()).maxFeePerGas).toBeGreaterThan(0n);
  expect((await chain.estimate(chain.hotWallet, order)).kind).toBe("gas");
  expect(await refusalOf(chain.head())).toStartWith("unavailable: RPC node 1");
  expect(await refusalOf(chain.nonces(chain.hotWallet))).toStartWith("unavailable: RPC node 1");
  expect(await refusalOf(chain.receipt(HASH))).toStartWith("unavailable: RPC node 1");
});

test("a range that is too large for the node, or a block that it does not have, is said to be so", async () => {
  await using scene = await evmScene();
  await using rpc = faultyRpc(scene.anvil.url);
  const chain = scene.chain({ rpcUrls: [rpc.url] });
  const { latest } = await chain.head();
  const read = () => refusalOf(chain.transfers({ from: 0n, to: latest, ours: nobody }));
  rpc.on("eth_getLogs", refuse("query returned more than 10000 results", -32_005));
  expect(await read()).toStartWith("unavailable: The RPC node: query returned more than 10000");
  rpc.on("eth_getLogs", refuse("unknown block"));
  expect(await read()).toStartWith("behind: ");
  rpc.heal();
  rpc.on(
    "eth_getBlockByNumber",
    alter(() => null),
  );
  expect(await read()).toStartWith("behind: ");
});
