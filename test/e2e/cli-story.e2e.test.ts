import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { describeWithRedis, emptyDatabase } from "../../packages/database/src/testing/index.ts";
import { askAdmin, at, balanceOf, openRound, refused, runAdmin, textAt } from "./run-admin.ts";
import { eventually, runProgram, scratchFolder } from "./run-program.ts";

setDefaultTimeout(180_000);

type Environment = Readonly<Record<string, string>>;

const stateOf = async (env: Environment, code: string): Promise<unknown> =>
  at(await askAdmin(env, "rounds", "--code", code), "state");

/** The whole story beside a service that runs: it does by itself what is due, the commands do the rest. */
const story = async (env: Environment): Promise<void> => {
  const round = await openRound(env);
  const code = textAt(round, "code");
  const seeded = await askAdmin(env, "seed", "--users", "2", "--amount", "100");
  const [ann, bob] = [textAt(seeded, "items", 0, "userId"), textAt(seeded, "items", 1, "userId")];

  const arrival = ["deposit", "--user", ann, "--amount", "12.5", "--tx", "0xabc", "--log", "1"];
  const first = await askAdmin(env, ...arrival);
  expect(first).toMatchObject({ state: "CREDITED", amountMicroUsdc: "12500000", replayed: false });
  expect(await askAdmin(env, ...arrival)).toMatchObject({ id: at(first, "id"), replayed: true });

  const wager = ["bet", "--user", ann, "--side", "UP", "--amount-micro", "10000001", "--key", "k1"];
  const placed = await askAdmin(env, ...wager);
  expect(placed).toMatchObject({ roundCode: code, stakeMicroUsdc: "10000001", replayed: false });
  await askAdmin(env, "bet", "--user", bob, "--side", "DOWN", "--amount", "40", "--code", code);

  await askAdmin(env, "clock", "set", textAt(round, "lockAt"));
  await eventually("the round locked", async () => (await stateOf(env, code)) === "LOCKED");
  const again = await askAdmin(env, ...wager);
  expect(again).toMatchObject({ id: at(placed, "id"), roundCode: code, replayed: true });

  await askAdmin(env, "clock", "set", textAt(round, "settlesFrom"));
  await eventually("the round settled", async () => (await stateOf(env, code)) === "SETTLED");
  const settled = await askAdmin(env, "rounds", "--code", code);
  const [won, has] = at(settled, "outcome") === "UP" ? [ann, "152100000"] : [bob, "109900001"];
  expect(at(settled, "feeMicroUsdc")).toBe(won === ann ? "400000" : "100000");
  expect(at(settled, "attempts", 0, "failure")).toBeNull();
  expect(await balanceOf(env, won)).toMatchObject({ availableMicroUsdc: has });
  const statement = await askAdmin(env, "statement", "--account", `user/${won}/available`);
  expect(at(statement, "items", 0, "kind")).toBe("payout");

  const out = await askAdmin(env, "withdraw", "--user", won, "--amount", "50");
  expect(out).toMatchObject({ state: "REQUESTED", simulated: true });
  const left = String(BigInt(has) - 50_000_000n);
  await eventually("the withdrawal paid", async () => {
    const balance = await balanceOf(env, won);
    return (
      at(balance, "withdrawingMicroUsdc") === "0" && at(balance, "availableMicroUsdc") === left
    );
  });
  const inAll = 212_500_000n - 50_000_000n - BigInt(textAt(settled, "feeMicroUsdc"));
  expect(await askAdmin(env, "tvl")).toEqual({ tvlMicroUsdc: inAll.toString() });
  expect(await askAdmin(env, "trial-balance")).toMatchObject({ totalMicroUsdc: "0" });
  expect(await askAdmin(env, "audit")).toMatchObject({ ok: true, imbalanceMicroUsdc: "0" });

  const next = textAt(await openRound(env), "code");
  const reason = ["--reason", "exchange outage, notice 2026-118"];
  await askAdmin(env, "bet", "--user", won, "--side", "UP", "--amount", "1");
  const voided = await askAdmin(env, "settle-round", "--code", next, "--result", "VOID", ...reason);
  expect(voided).toMatchObject({ state: "VOID", voidReason: "OPERATOR", feeMicroUsdc: "0" });
  expect(await balanceOf(env, won)).toMatchObject({ availableMicroUsdc: left });
  const log = at(await askAdmin(env, "log"), "items", 0);
  expect(log).toMatchObject({ action: "round.settle", subject: `NDX/${next}`, reason: reason[1] });
  expect(at(log, "actorName")).not.toBe("");
};

const withService = async (env: Environment, work: () => Promise<void>): Promise<void> => {
  const ports = { PORT: "0", HOST: "127.0.0.1" };
  await using service = runProgram("apps/standalone/src/main.ts", ["sandbox"], {
    env: { ...ports, ...env },
  });
  await service.logged("service started");
  await work();
  service.kill("SIGINT");
  expect(await service.exited).toBe(0);
};

describe("the whole story beside the service", () => {
  test("on the embedded PostgreSQL, without Redis; a backup of it while it runs, and back", async () => {
    await using folder = await scratchFolder();
    const env = { DATA_DIR: `${folder.path}/data` };
    const backup = `${folder.path}/backup`;
    await withService(env, async () => {
      await story(env);
      // the sandbox keeps its data in a folder of its own
      const running = { DATA_DIR: `${env.DATA_DIR}/sandbox` };
      const made = await askAdmin(running, "backup", "--to", backup);
      expect(made).toMatchObject({ how: "hot", audit: { ok: true } });
      refused(await runAdmin(running, "backup", "--to", backup), 1, "is not empty");
      const busy = await runAdmin(running, "restore", "--from", backup, "--force");
      refused(busy, 3, "Another instance");
    });
    const restored = { DATA_DIR: `${folder.path}/restored` };
    expect(await askAdmin(restored, "restore", "--from", backup)).toMatchObject({
      audit: { ok: true },
    });
    refused(await runAdmin(restored, "restore", "--from", backup), 1, "--force");
    expect(await runAdmin(restored, "restore", "--from", backup, "--force")).toMatchObject({
      code: 0,
    });
    const tvl = await askAdmin(restored, "tvl");
    expect(BigInt(textAt(tvl, "tvlMicroUsdc"))).toBeGreaterThan(0n);
    const cold = await askAdmin(restored, "backup", "--to", `${folder.path}/cold`, "--no-verify");
    expect(cold).toMatchObject({ how: "cold", audit: null });
    refused(await runAdmin(restored, "restore", "--from", folder.path), 1, "holds no backup");
  });

  test("on the server at DATABASE_URL, without Redis", async () => {
    await using database = await emptyDatabase();
    const env = { DATABASE_URL: database.url };
    await withService(env, () => story(env));
    refused(await runAdmin(env, "backup", "--to", "/tmp/never"), 1, "FORBIDDEN");
  });

  describeWithRedis("with Redis", (redis) => {
    test("on the server at DATABASE_URL", async () => {
      await using database = await emptyDatabase();
      const env = { DATABASE_URL: database.url, REDIS_URL: redis() };
      await withService(env, () => story(env));
    });
  });
});
