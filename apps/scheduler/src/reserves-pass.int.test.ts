import { expect, test } from "bun:test";
import { type Logger, randomIds, SYSTEM_ACTORS } from "@closebell/context";
import { advanceChain, DEFAULT_POLICY, ensureWallet } from "@closebell/custody";
import { scriptedChain } from "@closebell/custody/testing";
import { createUser } from "@closebell/identity";
import { microUsdc } from "@closebell/money";
import { Registry } from "prom-client";
import { createChainMetrics } from "./chain-metrics.ts";
import { chainPass } from "./chain-pass.ts";
import { reservesPass } from "./reserves-pass.ts";
import { schedulerScene } from "./testing/scheduler-scene.ts";

const by = { actor: SYSTEM_ACTORS.chain, requestId: randomIds.uuid() };

const stage = async () => {
  await using stack = new AsyncDisposableStack();
  const scene = stack.use(await schedulerScene());
  const chain = scriptedChain({ name: "real", simulated: false });
  const lines: (readonly [string, object])[] = [];
  const write = (fields: object, message: string) => void lines.push([message, fields]);
  const quiet = () => undefined;
  const log: Logger = { debug: quiet, info: quiet, warn: write, error: write };
  const deps = { ...scene.runtime, log, chains: [chain], policy: DEFAULT_POLICY };
  const registry = new Registry();
  const metrics = createChainMetrics(registry);
  const { id: userId } = await createUser(scene.runtime, { by });
  const { address } = await ensureWallet(deps, { by, userId, chain: "real" });
  const held = stack.move();
  return {
    chain,
    deps,
    lines,
    log,
    metrics,
    address,
    pass: reservesPass(deps, metrics),
    async figure(name: string): Promise<number | undefined> {
      const line = (await registry.metrics()).split("\n").find((text) => text.startsWith(name));
      return line === undefined ? undefined : Number(line.split(" ").at(-1));
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
};

test("a chain that holds what the books say is told so, with what its wallets hold", async () => {
  await using s = await stage();
  s.chain.pay(s.address, microUsdc(5_000_000n));
  s.chain.mine();
  s.chain.finalise();
  await advanceChain(s.deps, { by });
  await s.pass.work(by, s.log);
  expect(s.lines).toEqual([]);
  expect(await s.figure("closebell_reserves_difference_micro_usdc")).toBe(0);
  expect(await s.figure("closebell_chain_blocks_behind")).toBe(0);
  expect(await s.figure("closebell_hot_wallet_payments_left")).toBeGreaterThanOrEqual(0);
  expect(await s.figure("closebell_reserves_checked_timestamp_seconds")).toBeGreaterThan(0);
});

test("money that no book knows of is told, and where to read on", async () => {
  await using s = await stage();
  await advanceChain(s.deps, { by });
  s.chain.pay(s.address, microUsdc(5_000_000n));
  s.chain.mine();
  s.chain.finalise();
  s.chain.node.empty = true;
  await advanceChain(s.deps, { by });
  await s.pass.work(by, s.log);
  expect(await s.figure("closebell_reserves_difference_micro_usdc")).toBe(5_000_000);
  expect(s.lines[0]?.[0]).toContain("docs/runbooks/reserves-difference.md");
  expect(s.lines[0]?.[1]).toMatchObject({ chain: "real", differenceMicroUsdc: 5_000_000n });
});

test("a chain that does not answer fails the pass and leaves the figures as they were", async () => {
  await using s = await stage();
  await s.pass.work(by, s.log);
  expect(await s.figure("closebell_reserves_checked_timestamp_seconds{")).toBeUndefined();
  await advanceChain(s.deps, { by });
  await s.pass.work(by, s.log);
  s.chain.node.down = true;
  await expect(s.pass.work(by, s.log)).rejects.toThrow();
  expect(await s.figure("closebell_reserves_difference_micro_usdc")).toBe(0);
});

test("when a chain was last read without a problem is told, and each problem is counted", async () => {
  await using s = await stage();
  const pass = chainPass(s.deps, s.metrics);
  s.chain.node.down = true;
  await pass.work(by, s.log);
  expect(await s.figure("closebell_chain_read_timestamp_seconds{")).toBeUndefined();
  expect(await s.figure('closebell_chain_problems_total{chain="real",step="deposits"}')).toBe(1);
  s.chain.node.down = false;
  await pass.work(by, s.log);
  expect(await s.figure("closebell_chain_read_timestamp_seconds{")).toBeGreaterThan(0);
  expect(await s.figure('closebell_chain_problems_total{chain="real",step="deposits"}')).toBe(1);
});
