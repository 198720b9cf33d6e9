import { describe, expect, test } from "bun:test";
import { devKeys } from "@closebell/adapters/chain/dev";
import type { Logger } from "@closebell/context";
import { silentLogger as log } from "@closebell/context/testing";
import { payoutWait } from "@closebell/custody";
import { scratchDatabase } from "@closebell/database/testing";
import { ConfigError } from "./config-error.ts";
import { createChains } from "./create-chains.ts";
import { createRuntime } from "./create-runtime.ts";
import { migrateAll } from "./migrate-all.ts";
import { readConfig } from "./read-config.ts";

const keys = devKeys();

const SETTINGS = {
  CHAIN: "evm",
  EVM_CHAIN_NAME: "anvil",
  EVM_CHAIN_ID: "31337",
  // nothing listens there
  EVM_RPC_URL: "http://127.0.0.1:1/v2/a1B2c3D4e5F6a7B8c9D0e1F2",
  EVM_USDC_ADDRESS: "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48",
  EVM_XPUB: keys.xpub,
  EVM_HOT_WALLET_ADDRESS: keys.hotWallet.address,
  EVM_START_BLOCK: "0",
};

const KEYS = { EVM_HOT_WALLET_KEY: keys.hotWallet.key, EVM_DEPOSIT_KEY: keys.xprv };

const chainOf = async (env: Record<string, string>, signs: boolean) => {
  const [chain] = await createChains(readConfig({ ...SETTINGS, ...env }), { signs });
  if (chain === undefined) throw new Error("no chain");
  return chain;
};

describe("a chain of the environment", () => {
  test("tells addresses without any key, the same as with one", async () => {
    const [without, with_] = [await chainOf({}, false), await chainOf(KEYS, true)];
    expect(without).toMatchObject({ name: "anvil", simulated: false, sender: undefined });
    expect(without.asset).toBe(`eip155:31337/erc20:${SETTINGS.EVM_USDC_ADDRESS}`);
    expect(without.depositSender(0)).toBeUndefined();
    expect(with_.sender?.address).toBe(keys.hotWallet.address);
    expect(with_.depositSender(7)?.address).toBe(without.addressAt(7));
  });

  test("holds no key where nothing is signed, though the environment has it", async () => {
    const chain = await chainOf(KEYS, false);
    expect([chain.sender, chain.depositSender(0)]).toEqual([undefined, undefined]);
  });

  test.each([
    ["EVM_USDC_ADDRESS", "0xa0B86991c6218b36c1d19D4a2e9Eb0cE3606eB48", "a wrong checksum"],
    ["EVM_XPUB", `xpub${"6".repeat(107)}`, "no key at all"],
    ["EVM_HOT_WALLET_KEY", `0x${"1".repeat(64)}`, "the key of another address"],
    ["EVM_DEPOSIT_KEY", devKeys("test ".repeat(11) + "junk").xprv, "the key of another xpub"],
  ])("is refused for %s: %s", async (name, value) => {
    const error: unknown = await chainOf({ ...KEYS, [name]: value }, true).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(ConfigError);
    expect(String(error)).toContain(name);
    if (value.length > 60) expect(String(error)).not.toContain(value.slice(4));
  });
});

test("a process that signs nothing says that it was given keys; nobody sets prices; health names the node", async () => {
  await using scratch = await scratchDatabase();
  const warnings: string[] = [];
  const telling: Logger = { ...log, warn: (_fields, message) => void warnings.push(message) };
  const config = readConfig({ ...SETTINGS, ...KEYS });
  const runtime = await createRuntime({ config, log: telling, place: scratch, name: "test" });
  expect(warnings.join()).toContain("this process signs nothing");
  expect(runtime.simulation).toBeUndefined();
  expect(runtime.policy).toEqual(config.policy);
  const probe = runtime.probes.find(({ name }) => name === "chain:anvil");
  expect(await probe?.check()).toBe("the chain's node does not answer");
  await runtime.stop();
  warnings.length = 0;
  const signer = await createRuntime({
    config,
    log: telling,
    place: scratch,
    name: "test",
    signs: true,
  });
  expect(warnings).toEqual([]);
  await signer.stop();
});

test("books that are kept under a name take no other chain and no other token", async () => {
  await using scratch = await scratchDatabase();
  const start = async (settings: Readonly<Record<string, string>>) => {
    const config = readConfig({ ...SETTINGS, ...settings });
    const runtime = await createRuntime({ config, log, place: scratch, name: "test" });
    await runtime.stop();
  };
  const asset = `eip155:31337/erc20:${SETTINGS.EVM_USDC_ADDRESS}`;
  await scratch.owner.sql`insert into custody.chain (name, asset) values ('anvil', ${asset})`;
  await start({});
  await start({ EVM_USDC_ADDRESS: SETTINGS.EVM_USDC_ADDRESS.toLowerCase() });
  for (const other of [{ EVM_CHAIN_ID: "1337" }, { EVM_USDC_ADDRESS: `0x${"a".repeat(40)}` }]) {
    const error: unknown = await start(other).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConfigError);
    expect(String(error)).toContain(`The books of anvil are of ${asset}, not of`);
    await start({ ...other, EVM_CHAIN_NAME: "anvil-2" });
  }
});

test("the books of a real chain take no process that was told of none, and would make money up in them", async () => {
  await using scratch = await scratchDatabase();
  const start = async (settings: Readonly<Record<string, string>>) => {
    const config = readConfig(settings);
    const runtime = await createRuntime({ config, log, place: scratch, name: "test" });
    await runtime.stop();
  };
  await start({});
  await scratch.owner.sql`insert into custody.chain (name, simulated) values ('simulated', true)`;
  await start({});
  await scratch.owner.sql`insert into custody.chain (name) values ('anvil')`;
  const error: unknown = await start({}).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "SANDBOX_ONLY" });
  expect(String(error)).toContain("Set CHAIN=evm");
  await start(SETTINGS);
});

test("how long payout addresses wait is said by a migration, and no start changes it", async () => {
  await using scratch = await scratchDatabase();
  const configOf = (hours: string) =>
    readConfig({ ...SETTINGS, PAYOUT_ADDRESS_DELAY_HOURS: hours });
  const warnings: string[] = [];
  const telling: Logger = { ...log, warn: (_fields, message) => void warnings.push(message) };
  const start = async (hours: string) => {
    warnings.length = 0;
    const config = configOf(hours);
    const runtime = await createRuntime({ config, log: telling, place: scratch, name: "test" });
    const rule = await payoutWait(runtime);
    await runtime.stop();
    return rule;
  };
  await migrateAll({ url: scratch.url, config: configOf("36"), log });
  expect(await start("36")).toBe(36);
  expect(warnings).toEqual([]);
  expect(await start("1")).toBe(36);
  expect(warnings).toEqual([
    "payout addresses wait 36 h by the database, 1 h by PAYOUT_ADDRESS_DELAY_HOURS: the database rules until the next migrate",
  ]);
  await migrateAll({ url: scratch.url, config: configOf("1"), log });
  expect(await start("1")).toBe(1);
});
