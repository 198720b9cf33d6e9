import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEFAULT_POLICY } from "@closebell/custody";
import { microUsdc } from "@closebell/money";
import { ConfigError } from "./config-error.ts";
import { readConfig } from "./read-config.ts";

const XPUB = `xpub${"6".repeat(107)}`;
const XPRV = `xprv${"9".repeat(107)}`;

const LOCAL = {
  CHAIN: "evm",
  EVM_CHAIN_NAME: "anvil",
  EVM_CHAIN_ID: "31337",
  EVM_RPC_URL: "http://127.0.0.1:8545",
  EVM_USDC_ADDRESS: `0x${"a".repeat(40)}`,
  EVM_XPUB: XPUB,
  EVM_HOT_WALLET_ADDRESS: `0x${"b".repeat(40)}`,
  EVM_START_BLOCK: "0",
};

const problemsOf = (env: Record<string, string>): readonly string[] => {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
};

describe("a real chain", () => {
  test("needs what describes it, and no key", () => {
    expect(readConfig(LOCAL).chain).toEqual({
      kind: "evm",
      name: "anvil",
      chainId: 31_337,
      rpcUrls: ["http://127.0.0.1:8545"],
      usdc: LOCAL.EVM_USDC_ADDRESS,
      xpub: XPUB,
      hotWallet: LOCAL.EVM_HOT_WALLET_ADDRESS,
      coldWallet: undefined,
      startBlock: 0n,
      confirmations: undefined,
      hotWalletKey: undefined,
      depositKey: undefined,
    });
  });

  test("has two nodes, a cold wallet and keys where they are given", () => {
    const key = `0x${"c".repeat(64)}`;
    const { chain } = readConfig({
      ...LOCAL,
      EVM_RPC_URL_SECOND: "https://other.example/v2/key",
      EVM_COLD_WALLET_ADDRESS: `0x${"d".repeat(40)}`,
      EVM_CONFIRMATIONS: "64",
      EVM_HOT_WALLET_KEY: key,
      EVM_DEPOSIT_KEY: XPRV,
    });
    expect(chain).toMatchObject({
      rpcUrls: ["http://127.0.0.1:8545", "https://other.example/v2/key"],
      coldWallet: `0x${"d".repeat(40)}`,
      confirmations: 64,
      hotWalletKey: key,
      depositKey: XPRV,
    });
  });

  test("is told all at once what is missing, also beside other problems", () => {
    const missing = Object.keys(LOCAL).filter((name) => name !== "CHAIN");
    const problems = problemsOf({ CHAIN: "evm" });
    expect(new Set(problems.map((line) => line.split(" ")[0]))).toEqual(new Set(missing));
    expect(problems).toHaveLength(missing.length);
    expect(problemsOf({ CHAIN: "evm", PORT: "x" })).toHaveLength(missing.length + 1);
  });

  test.each([
    ["EVM_CHAIN_NAME", "simulated-2"],
    ["EVM_CHAIN_NAME", "Base"],
    ["EVM_CHAIN_NAME", "0g"],
    ["EVM_CHAIN_ID", "0"],
    ["EVM_RPC_URL", "ws://127.0.0.1:8545"],
    ["EVM_USDC_ADDRESS", "0x12"],
    ["EVM_XPUB", XPRV],
    ["EVM_HOT_WALLET_KEY", "0x12"],
    ["EVM_DEPOSIT_KEY", XPUB],
    ["EVM_START_BLOCK", "-1"],
    ["DEPOSIT_CONFIRMATIONS", "soon"],
    ["WITHDRAWAL_MAX_MICRO_USDC", "0"],
    ["PAYOUT_ADDRESS_DELAY_HOURS", "1d"],
    ["GAS_PRICE_MAX_GWEI", "0"],
  ])("refuses %s=%s, without repeating it", (name, value) => {
    const problems = problemsOf({ ...LOCAL, [name]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toStartWith(`${name} must `);
    if (value.length > 10) expect(problems[0]).not.toContain(value);
  });

  test("refuses one wallet for two purposes, and one node as its own second opinion", () => {
    const hot = LOCAL.EVM_HOT_WALLET_ADDRESS;
    const cold = `0x${hot.slice(2).toUpperCase()}`;
    expect(problemsOf({ ...LOCAL, EVM_COLD_WALLET_ADDRESS: cold })).toHaveLength(1);
    expect(problemsOf({ ...LOCAL, EVM_RPC_URL_SECOND: LOCAL.EVM_RPC_URL })).toHaveLength(1);
  });

  test("whose money is worth something goes with neither made-up prices nor players nobody has screened", () => {
    const worthy = { ...LOCAL, EVM_CHAIN_ID: "8453" };
    const real = { ORACLE: "file", ORACLE_FILE: "closes.csv" };
    const screened = { SCREENING: "http", SCREENING_URL: "https://screening.example" };
    expect(problemsOf({ ...worthy, ...screened })).toEqual([
      expect.stringMatching(/^ORACLE must name a real source/),
    ]);
    expect(problemsOf({ ...worthy, ...real })).toEqual([
      expect.stringMatching(/^SCREENING must be http/),
    ]);
    expect(problemsOf(worthy)).toHaveLength(2);
    expect(problemsOf({ ...worthy, ...real, ...screened })).toEqual([]);
    expect(readConfig({ ...worthy, ...real, ...screened })).toMatchObject({
      screening: { kind: "http", url: "https://screening.example" },
      policy: { screened: true },
    });
  });

  test("whoever screens has an address, and an address somebody who asks there", () => {
    expect(readConfig({}).screening).toEqual({ kind: "allow-all" });
    expect(problemsOf({ SCREENING: "http" })[0]).toStartWith("SCREENING_URL must be set");
    const url = { SCREENING_URL: "https://screening.example" };
    expect(problemsOf(url)[0]).toStartWith("SCREENING must be http");
    expect(problemsOf({ SCREENING: "nobody" })[0]).toStartWith("SCREENING must be one of");
    expect(problemsOf({ SCREENING: "http", SCREENING_URL: "ftp://x" })).toHaveLength(1);
  });

  test("variables are ignored where the chain is simulated", () => {
    const { CHAIN: _chain, ...described } = LOCAL;
    expect(readConfig(described)).toEqual(readConfig({}));
  });
});

describe("what an operator allows", () => {
  test("is everything on a simulated chain, and little on a real one", () => {
    expect(readConfig({}).policy).toEqual(DEFAULT_POLICY);
    const { policy } = readConfig(LOCAL);
    for (const limit of [
      "withdrawalMaximum",
      "dailyTotal",
      "dailyPerUser",
      "hotWalletCap",
    ] as const)
      expect(policy[limit]).toBeLessThan(DEFAULT_POLICY[limit]);
    expect(policy.autoApproveUpTo).toBeLessThan(policy.withdrawalMaximum);
    expect(policy.confirmations).toEqual([{ blocks: "final" }]);
  });

  test("is what is set, on either", () => {
    const set = {
      DEPOSIT_MIN_MICRO_USDC: "5",
      DEPOSIT_CONFIRMATIONS: "100:2,final",
      DEPOSIT_BACKFILL_BLOCKS: "7",
      WITHDRAWAL_MIN_MICRO_USDC: "2",
      WITHDRAWAL_MAX_MICRO_USDC: "10",
      WITHDRAWAL_DAILY_MICRO_USDC: "30",
      WITHDRAWAL_DAILY_USER_MICRO_USDC: "20",
      WITHDRAWAL_AUTO_APPROVE_MICRO_USDC: "0",
      WITHDRAWAL_REPLACE_AFTER_SECONDS: "60",
      HOT_WALLET_CAP_MICRO_USDC: "40",
      SWEEP_FROM_MICRO_USDC: "6",
      PAYOUT_ADDRESS_DELAY_HOURS: "0",
      GAS_PRICE_MAX_GWEI: "3",
    };
    const expected = {
      depositMinimum: microUsdc(5n),
      confirmations: [{ below: microUsdc(100n), blocks: 2 }, { blocks: "final" as const }],
      backfillBlocks: 7,
      screened: false,
      withdrawalMinimum: microUsdc(2n),
      withdrawalMaximum: microUsdc(10n),
      dailyTotal: microUsdc(30n),
      dailyPerUser: microUsdc(20n),
      autoApproveUpTo: microUsdc(0n),
      hotWalletCap: microUsdc(40n),
      sweepFrom: microUsdc(6n),
      maxFeePerGas: 3_000_000_000n,
      replaceAfterSeconds: 60,
    };
    expect(readConfig(set).policy).toEqual(expected);
    expect(readConfig(set).payoutWaitHours).toBe(0);
    expect(readConfig({ ...LOCAL, ...set }).policy).toEqual(expected);
  });

  test.each([
    [{ WITHDRAWAL_DAILY_USER_MICRO_USDC: "9999999999" }, "WITHDRAWAL_DAILY_USER_MICRO_USDC"],
    [{ WITHDRAWAL_DAILY_MICRO_USDC: "9999999999" }, "WITHDRAWAL_DAILY_MICRO_USDC"],
    [{ HOT_WALLET_CAP_MICRO_USDC: "9999999999" }, "HOT_WALLET_CAP_MICRO_USDC"],
    [{ WITHDRAWAL_MAX_MICRO_USDC: "999999" }, "WITHDRAWAL_MAX_MICRO_USDC"],
  ])("refuses limits under which a withdrawal that is taken is never paid: %p", (env, name) => {
    const problems = problemsOf({ ...LOCAL, ...env });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toStartWith(`${name} must not be less than `);
  });

  test("has the defaults that .env.example says", async () => {
    const example = await Bun.file(join(import.meta.dir, "../../../.env.example")).text();
    const [, section = ""] = example.split("--- A real chain");
    const [, allowed = ""] = section.split("# What is allowed.");
    const lines = [...(allowed.split("# ---")[0] ?? "").matchAll(/^# ([A-Z_]+)=(.*)$/gm)];
    expect(lines).toHaveLength(13);
    const env = Object.fromEntries(lines.map(([, name = "", value = ""]) => [name, value]));
    expect(readConfig({ ...LOCAL, ...env })).toEqual(readConfig(LOCAL));
    for (const name of Object.keys(env))
      expect(problemsOf({ [name]: "?!" }), `${name} is not read`).toHaveLength(1);
  });
});

describe("keys in files", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "closebell-keys-"));
    await writeFile(join(folder, "key"), `0x${"e".repeat(64)}\n`);
    await writeFile(join(folder, "url"), "https://node.example/v2/key\n");
  });
  afterAll(() => rm(folder, { recursive: true }));

  test("are read, without the newline", () => {
    const { EVM_RPC_URL: _url, ...rest } = LOCAL;
    const { chain } = readConfig({
      ...rest,
      EVM_RPC_URL_FILE: join(folder, "url"),
      EVM_HOT_WALLET_KEY_FILE: join(folder, "key"),
    });
    expect(chain).toMatchObject({
      rpcUrls: ["https://node.example/v2/key"],
      hotWalletKey: `0x${"e".repeat(64)}`,
    });
  });
});
