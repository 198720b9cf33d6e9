import { expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { microUsdc } from "@closebell/money";
import { eventually } from "../../testing/eventually.ts";
import { BALANCES_CODE } from "../evm/balances-call.ts";
import { compileContracts } from "./compile-contracts.ts";
import { deployToken, devKeys, startAnvil, tokenAt } from "./index.ts";

const answers = (url: string) =>
  fetch(url, { method: "POST", body: "{}" }).then(
    () => true,
    () => false,
  );

test("the code that reads balances is that of its source", async () => {
  expect((await compileContracts())["Balances"]).toBe(BALANCES_CODE);
});

test("blocks come by hand, with each transaction, or by themselves", async () => {
  await using still = await startAnvil();
  await using quick = await startAnvil({ mining: "at-once", chainId: 1_337 });
  await using steady = await startAnvil({ mining: { everySeconds: 1 } });
  const height = async ({ request }: typeof still) => Number(await request("eth_blockNumber"));
  expect(quick.chainId).toBe(1_337);
  expect(Number(await quick.request("eth_chainId"))).toBe(1_337);
  const nothing = [{ from: quick.owner, to: quick.owner }];
  for (const anvil of [still, quick]) await anvil.request("eth_sendTransaction", nothing);
  await eventually("it was mined", async () => (await height(quick)) === 1, 20_000);
  expect(await height(still)).toBe(0);
  await still.mine(3);
  expect(await height(still)).toBe(3);
  await eventually("a block came by itself", async () => (await height(steady)) > 0, 20_000);
});

test("a token can be paid, paused and blacklisted, and is found again", async () => {
  await using anvil = await startAnvil();
  const token = await deployToken(anvil);
  const { coldWallet } = devKeys();
  await token.mint(coldWallet, microUsdc(5n));
  await tokenAt(anvil, token.address).transfer(coldWallet, microUsdc(2n));
  expect(await token.balanceOf(coldWallet)).toBe(7n);
  await token.setBlacklisted(coldWallet, true);
  expect(token.transfer(coldWallet, microUsdc(1n))).rejects.toThrow();
  await token.setBlacklisted(coldWallet, false);
  await token.setPaused(true);
  expect(token.transfer(coldWallet, microUsdc(1n))).rejects.toThrow();
  await token.setPaused(false);
  await token.transfer(coldWallet, microUsdc(1n));
  expect(await token.balanceOf(coldWallet)).toBe(8n);
});

test("with a file a chain outlives its process", async () => {
  const folder = await mkdtemp(join(tmpdir(), "closebell-anvil-"));
  try {
    const stateFile = join(folder, "chain.json");
    const first = await startAnvil({ stateFile });
    const { address } = await deployToken(first);
    await tokenAt(first, address).mint(devKeys().coldWallet, microUsdc(5n));
    await first.stop();
    await using second = await startAnvil({ stateFile });
    expect(await tokenAt(second, address).balanceOf(devKeys().coldWallet)).toBe(5n);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("a port that is taken is said to be so", async () => {
  await using anvil = await startAnvil();
  const port = Number(new URL(anvil.url).port);
  expect(startAnvil({ port })).rejects.toThrow("anvil ended");
});

test("it goes with the process that started it, even when that is killed", async () => {
  const starter = new URL("./index.ts", import.meta.url).pathname;
  const script = `const { startAnvil } = await import(${JSON.stringify(starter)});
    console.log((await startAnvil()).url); await new Promise(() => setInterval(() => {}, 1e6));`;
  const child = Bun.spawn([process.execPath, "-e", script], {
    stdout: "pipe",
    stderr: "inherit",
  });
  const { value } = await child.stdout.getReader().read();
  const url = new TextDecoder().decode(value).trim();
  expect(await answers(url)).toBe(true);
  child.kill("SIGKILL");
  await child.exited;
  await eventually("the node is gone", async () => !(await answers(url)), 20_000);
});
