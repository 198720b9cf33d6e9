import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { emptyDatabase } from "../../packages/database/src/testing/index.ts";
import { askAdminHere as askAdmin, runAdminHere as runAdmin } from "./run-admin-here.ts";
import { askTwo, type Crew, crewOn } from "./crew.ts";
import { at, refused, runAdmin as runProcess, textAt } from "./run-admin.ts";
import { scratchFolder } from "./run-program.ts";

setDefaultTimeout(60_000);

const UNKNOWN = "01900000-0000-7000-8000-000000000009";
const WHY = ["--reason", "case 118"] as const;
const DEAD = `0x${"5".repeat(36)}dead`;

describe("the chain from the command line, by hand, where it is simulated", () => {
  let database: Awaited<ReturnType<typeof emptyDatabase>>;
  let env: Readonly<Record<string, string>> = {};
  let crew: Crew = { operator: {}, second: {} };
  let user = "";

  /** Asks for a withdrawal that no limit lets go by itself. */
  const ask = async (amount: string, to: string): Promise<string> =>
    textAt(await askAdmin(env, "withdraw", "--user", user, "--amount", amount, "--to", to), "id");

  beforeAll(async () => {
    database = await emptyDatabase();
    const nobody = { DATABASE_URL: database.url, WITHDRAWAL_AUTO_APPROVE_MICRO_USDC: "1000000" };
    await askAdmin(nobody, "migrate", "--sandbox", "--now", "2026-11-20T12:00:00Z");
    crew = await crewOn(nobody);
    env = crew.operator;
    user = textAt(await askAdmin(env, "seed", "--users", "1"), "items", 0, "userId");
    await askAdmin(env, "deposit", "--user", user, "--amount", "20");
  });

  afterAll(() => database[Symbol.asyncDispose]());

  test("its state, and what was read", async () => {
    expect(await askAdmin(env, "chain", "status")).toMatchObject({
      chain: "simulated",
      simulated: true,
      pausedAt: null,
    });
    expect(await askAdmin(env, "chain", "scan")).toMatchObject({ chain: "simulated", seen: 0 });
    const deposits = await askAdmin(env, "chain", "deposits", "--state", "CREDITED");
    expect(deposits).toMatchObject({ items: [{ userId: user, amountMicroUsdc: "20000000" }] });
    const { code, stdout } = await runProcess(env, "chain", "status");
    expect(stdout).toContain("simulated: no money behind it");
    expect(code).toBe(0);
    refused(await runProcess(env, "chain", "reserves"), 1, "CHAIN_SIMULATED");
    const draw = ["chain", "draw", "--tx", `0x${"1".repeat(64)}`, "--from", "fees"];
    refused(await runProcess(env, ...draw, ...WHY), 1, "CHAIN_SIMULATED");
    refused(await runAdmin(env, "chain", "status", "--chain", "none"), 1, "CHAIN_NOT_FOUND");
  });

  test("withdrawals wait for whoever approves or rejects them, and say why", async () => {
    const [paid, rejected] = [await ask("5", `0x${"5".repeat(40)}`), await ask("6", DEAD)];
    await askAdmin(env, "advance");
    const list = await askAdmin(env, "chain", "withdrawals", "--state", "REQUESTED");
    expect(at(list, "items", "length")).toBe(2);
    expect(textAt(list, "items", 0, "waitingFor")).not.toBe("");
    const decide = (what: string, id: string) => ["chain", "withdrawals", what, "--id", id];
    refused(await runAdmin(env, ...decide("approve", paid)), 2, "--reason");
    refused(await runAdmin(env, ...decide("approve", UNKNOWN), ...WHY), 1, "WITHDRAWAL_NOT_FOUND");
    const approved = await askTwo(crew, [...decide("approve", paid), ...WHY], runAdmin);
    expect(approved).toMatchObject({ state: "APPROVED" });
    expect(await askAdmin(env, ...decide("reject", rejected), ...WHY)).toMatchObject({
      state: "REJECTED",
      failureReason: "case 118",
    });
    for (let n = 0; n < 4; n += 1) await askAdmin(env, "advance");
    const done = await askAdmin(
      env,
      "chain",
      "withdrawals",
      "--user",
      user,
      "--state",
      "CONFIRMED",
    );
    expect(textAt(done, "items", 0, "id")).toBe(paid);
    const late = await runAdmin(env, ...decide("retry", paid), ...WHY);
    refused(late, 1, "WITHDRAWAL_STATE_CONFLICT");
  });

  test("a payment that the chain undoes is looked at, and its money given back", async () => {
    const id = await ask("0.5", DEAD);
    for (let n = 0; n < 6; n += 1) await askAdmin(env, "advance");
    const list = await askAdmin(env, "chain", "withdrawals", "--state", "NEEDS_REVIEW");
    expect(textAt(list, "items", 0, "id")).toBe(id);
    const refund = ["chain", "withdrawals", "refund", "--id", id];
    refused(await runAdmin(env, ...refund), 2, "--reason");
    expect(await askAdmin(env, ...refund, ...WHY)).toMatchObject({ state: "FAILED" });
    expect(await askAdmin(env, "audit")).toMatchObject({ ok: true });
  });

  test("nothing is paid while payments are paused, and everything when they go on", async () => {
    refused(await runAdmin(env, "chain", "pause"), 2, "--reason");
    expect(await askAdmin(env, "chain", "pause", ...WHY)).toMatchObject({ withdrawals: "paused" });
    expect(await askAdmin(env, "chain", "status")).toMatchObject({ pauseReason: "case 118" });
    const id = await ask("0.25", `0x${"5".repeat(40)}`);
    for (let n = 0; n < 3; n += 1) await askAdmin(env, "advance");
    const waiting = await askAdmin(env, "chain", "withdrawals", "list", "--state", "REQUESTED");
    expect(textAt(waiting, "items", 0, "id")).toBe(id);
    await askAdmin(env, "chain", "resume", ...WHY);
    for (let n = 0; n < 4; n += 1) await askAdmin(env, "advance");
    const paid = await askAdmin(env, "chain", "withdrawals", "--state", "CONFIRMED");
    expect(textAt(paid, "items", 0, "id")).toBe(id);
    const { stdout } = await runAdmin(env, "audit", "log");
    expect(stdout).toContain("case 118");
  });

  test("a deposit that was never set aside is not released", async () => {
    const release = ["chain", "deposits", "release", "--id"];
    refused(await runAdmin(env, ...release, UNKNOWN), 2, "--reason");
    refused(await runAdmin(env, ...release, UNKNOWN, ...WHY), 1, "DEPOSIT_NOT_FOUND");
    const list = await askAdmin(env, "chain", "deposits");
    const credited = textAt(list, "items", 0, "id");
    refused(await runAdmin(env, ...release, credited, ...WHY), 1, "DEPOSIT_CONFLICT");
  });
});

describe("keys", () => {
  test("are made once, for the maker's eyes only; the settings hold nothing secret", async () => {
    await using folder = await scratchFolder();
    const to = join(folder.path, "keys");
    const made = await askAdmin({}, "chain", "keys", "--to", to);
    expect(textAt(made, "EVM_XPUB")).toMatch(/^xpub[1-9A-HJ-NP-Za-km-z]{107}$/);
    expect(textAt(made, "EVM_HOT_WALLET_ADDRESS")).toMatch(/^0x[0-9a-fA-F]{40}$/);
    expect(JSON.stringify(made)).not.toContain("xprv");
    for (const name of ["recovery-phrase", "deposits", "hot-wallet"])
      expect((await stat(join(to, name))).mode & 0o777).toBe(0o400);
    expect((await Bun.file(join(to, "recovery-phrase")).text()).trim().split(" ")).toHaveLength(24);
    refused(await runAdmin({}, "chain", "keys", "--to", to), 2, "never written over");
    // the service takes them as they are
    const settings = {
      CHAIN: "evm",
      EVM_CHAIN_NAME: "local",
      EVM_CHAIN_ID: "31337",
      EVM_RPC_URL: "http://127.0.0.1:1",
      EVM_USDC_ADDRESS: `0x${"a".repeat(40)}`,
      EVM_START_BLOCK: "0",
      EVM_XPUB: textAt(made, "EVM_XPUB"),
      EVM_HOT_WALLET_ADDRESS: textAt(made, "EVM_HOT_WALLET_ADDRESS"),
      EVM_COLD_WALLET_ADDRESS: textAt(made, "EVM_COLD_WALLET_ADDRESS"),
      EVM_DEPOSIT_KEY_FILE: textAt(made, "EVM_DEPOSIT_KEY_FILE"),
      EVM_HOT_WALLET_KEY_FILE: textAt(made, "EVM_HOT_WALLET_KEY_FILE"),
    };
    await using database = await emptyDatabase();
    const nobody = { DATABASE_URL: database.url, ...settings };
    await askAdmin(nobody, "migrate", "--sandbox", "--now", "2026-11-20T12:00:00Z");
    const env = (await crewOn(nobody)).operator;
    expect(await askAdmin(env, "chain", "withdrawals")).toEqual({ items: [], nextCursor: null });
    expect(await askAdmin(env, "chain", "drawings")).toEqual({ items: [], nextCursor: null });
    expect((await runAdmin(env, "chain", "drawings")).stdout).toContain("No drawings.");
    const draw = ["chain", "draw", "--tx", `0x${"1".repeat(64)}`];
    refused(await runAdmin(env, ...draw, "--from", "fees"), 2, "--reason");
    refused(await runAdmin(env, ...draw, ...WHY), 2, "--from");
    refused(await runAdmin(env, ...draw, "--from", "suspense", ...WHY), 2, "Allowed choices");
    refused(await runAdmin(env, "chain", "draw", "--from", "fees", ...WHY), 2, "--tx");
    const unread = await runAdmin(env, ...draw, "--from", "fees", ...WHY);
    refused(unread, 3, "CHAIN_UNAVAILABLE: No final block");
    refused(await runAdmin(env, "chain", "status"), 3, "CHAIN_UNAVAILABLE");
    refused(await runAdmin(env, "chain", "reserves"), 3, "CHAIN_UNAVAILABLE");
    refused(await runAdmin(env, "seed", "--users", "1", ...WHY), 1, "SANDBOX_ONLY");
    expect(await askAdmin(env, "users")).toMatchObject({ items: [] });
    const other = { ...env, EVM_HOT_WALLET_ADDRESS: `0x${"b".repeat(40)}` };
    refused(await runAdmin(other, "chain", "withdrawals"), 2, "EVM_HOT_WALLET");
  });
});
