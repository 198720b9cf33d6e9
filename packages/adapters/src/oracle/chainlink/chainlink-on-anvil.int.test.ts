import { expect, test } from "bun:test";
import { encodeFunctionData, numberToHex, parseAbi } from "viem";
import { z } from "zod";
import { compileContracts } from "../../chain/dev/compile-contracts.ts";
import { type Anvil, startAnvil } from "../../chain/dev/start-anvil.ts";
import { chainlinkOracle, type FeedBlock } from "./chainlink-oracle.ts";

const SOURCE = new URL("../../testing/contracts/DevFeed.sol", import.meta.url);
const FEED = parseAbi(["function upgrade()", "function transmit(int256 answer)"]);
const date = Temporal.PlainDate.from("2026-11-23");

const receipt = z.object({
  status: z.literal("0x1"),
  contractAddress: z.templateLiteral(["0x", z.string()]).nullable(),
});
const block = z.object({ timestamp: z.templateLiteral(["0x", z.string()]) });

/** A node with an empty feed whose blocks are of the seconds told, counted from the chain's beginning. */
const startFeed = async (anvil: Anvil) => {
  const genesis = block.parse(await anvil.request("eth_getBlockByNumber", ["0x0", false]));
  const start = Number(genesis.timestamp);
  const send = async (second: number, call: { readonly to?: string; readonly data: string }) => {
    await anvil.request("evm_setNextBlockTimestamp", [numberToHex(start + second)]);
    const tx = await anvil.request("eth_sendTransaction", [{ from: anvil.owner, ...call }]);
    await anvil.mine();
    return receipt.parse(await anvil.request("eth_getTransactionReceipt", [tx]));
  };
  const code = (await compileContracts(SOURCE))["FeedProxy"];
  if (code === undefined) throw new Error("There is no contract FeedProxy.");
  const { contractAddress: feed } = await send(10_000, { data: code });
  if (feed === null) throw new Error("The feed was not made.");
  const instant = (second: number) =>
    Temporal.Instant.fromEpochMilliseconds((start + second) * 1000);
  return {
    feed,
    instant,
    upgrade: (second: number) =>
      send(second, { to: feed, data: encodeFunctionData({ abi: FEED, functionName: "upgrade" }) }),
    transmit: (second: number, answer: bigint) =>
      send(second, {
        to: feed,
        data: encodeFunctionData({ abi: FEED, functionName: "transmit", args: [answer] }),
      }),
    closeAt: (second: number, at: FeedBlock = "latest") =>
      chainlinkOracle({
        rpcUrl: anvil.url,
        maxAgeSeconds: 1_000,
        block: at,
        closesAt: () => instant(second),
      }).closeOf(feed, date),
  };
};

test("a real node's feed is read at the close, in the phase of that time, and not before the block is final", async () => {
  await using anvil = await startAnvil();
  const world = await startFeed(anvil);
  await world.upgrade(10_100);
  for (const n of [1, 2, 3, 4, 5]) await world.transmit(20_000 + n * 100, BigInt(n) * 10n ** 8n);
  await world.upgrade(21_000);
  for (const n of [1, 2, 3]) await world.transmit(22_000 + n * 100, BigInt(n) * 10n ** 9n);

  const old = await world.closeAt(20_350);
  expect(old).toMatchObject({ price: "3.00000000", asOf: world.instant(20_300) });
  expect(JSON.parse(old.raw)).toMatchObject({ chainId: 31_337, description: "DEV / USD" });
  expect((await world.closeAt(21_500)).price).toBe("5.00000000");
  expect((await world.closeAt(22_200)).price).toBe("20.00000000");
  expect(world.closeAt(20_099)).rejects.toMatchObject({ kind: "not-found" });
  expect(world.closeAt(21_600)).rejects.toMatchObject({ kind: "unavailable" });
  expect(world.closeAt(90_000)).rejects.toMatchObject({ kind: "unavailable" });

  expect(world.closeAt(22_200, "finalized")).rejects.toMatchObject({ kind: "unavailable" });
  await anvil.finalize();
  expect((await world.closeAt(22_200, "finalized")).price).toBe("20.00000000");
}, 60_000);

test("a contract that is no feed, and an address without a contract, are malformed", async () => {
  await using anvil = await startAnvil();
  const world = await startFeed(anvil);
  // a proxy without an aggregator undoes every reading
  expect(world.closeAt(9_000)).rejects.toMatchObject({ kind: "malformed" });
  const oracle = chainlinkOracle({
    rpcUrl: anvil.url,
    maxAgeSeconds: 1_000,
    block: "latest",
    closesAt: () => world.instant(9_000),
  });
  expect(oracle.closeOf(anvil.owner, date)).rejects.toMatchObject({ kind: "malformed" });
}, 60_000);
