import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { describeWithRedis, emptyDatabase } from "../../packages/database/src/testing/index.ts";
import { askTwo, type Crew, crewOf } from "./crew.ts";
import { askAdminHere as ask, runAdminHere as runHere } from "./run-admin-here.ts";
import { askAdmin, at, balanceOf, openRound, refused, runAdmin, textAt } from "./run-admin.ts";
import { eventually, runProgram, scratchFolder } from "./run-program.ts";

setDefaultTimeout(180_000);

type Environment = Readonly<Record<string, string>>;

const stateOf = async (env: Environment, code: string): Promise<unknown> =>
  at(await ask(env, "rounds", "--code", code), "state");

/** The whole story beside a service that runs: it does by itself what is due, the commands do the rest. */
const story = async (crew: Crew): Promise<void> => {
  const env = crew.operator;
  const isOpen = async () => (await openRound(env, ask)) !== undefined;
  await eventually("a round is open", isOpen, 30_000);
  const round = await openRound(env, ask);
  const code = textAt(round, "code");
  const seeded = await ask(env, "seed", "--users", "2", "--amount", "100");
  const [ann, bob] = [textAt(seeded, "items", 0, "userId"), textAt(seeded, "items", 1, "userId")];

  const arrival = ["deposit", "--user", ann, "--amount", "12.5", "--tx", "0xabc", "--log", "1"];
  const first = await ask(env, ...arrival);
  expect(first).toMatchObject({ state: "CREDITED", amountMicroUsdc: "12500000", replayed: false });
  expect(await ask(env, ...arrival)).toMatchObject({ id: at(first, "id"), replayed: true });

  const wager = ["bet", "--user", ann, "--side", "UP", "--amount-micro", "10000001", "--key", "k1"];
  const placed = await ask(env, ...wager);
  expect(placed).toMatchObject({ roundCode: code, stakeMicroUsdc: "10000001", replayed: false });
  await ask(env, "bet", "--user", bob, "--side", "DOWN", "--amount", "40", "--code", code);

  await ask(env, "clock", "set", textAt(round, "lockAt"));
  await eventually("the round locked", async () => (await stateOf(env, code)) === "LOCKED", 30_000);
  const again = await ask(env, ...wager);
  expect(again).toMatchObject({ id: at(placed, "id"), roundCode: code, replayed: true });

  await ask(env, "clock", "set", textAt(round, "settlesFrom"));
  await eventually(
    "the round settled",
    async () => (await stateOf(env, code)) === "SETTLED",
    30_000,
  );
  const settled = await ask(env, "rounds", "--code", code);
  const [won, has] = at(settled, "outcome") === "UP" ? [ann, "152100000"] : [bob, "109900001"];
  expect(at(settled, "feeMicroUsdc")).toBe(won === ann ? "400000" : "100000");
  expect(at(settled, "attempts", 0, "failure")).toBeNull();
  expect(await balanceOf(env, won, ask)).toMatchObject({ availableMicroUsdc: has });
  const statement = await ask(env, "statement", "--account", `user/${won}/available`);
  expect(at(statement, "items", 0, "kind")).toBe("payout");

  const out = await ask(env, "withdraw", "--user", won, "--amount", "50");
  expect(out).toMatchObject({ state: "REQUESTED", simulated: true });
  const left = String(BigInt(has) - 50_000_000n);
  await eventually("the withdrawal paid", async () => {
    const balance = await balanceOf(env, won, ask);
    return (
      at(balance, "withdrawingMicroUsdc") === "0" && at(balance, "availableMicroUsdc") === left
    );
  });
  const inAll = 212_500_000n - 50_000_000n - BigInt(textAt(settled, "feeMicroUsdc"));
  expect(await ask(env, "tvl")).toEqual({ tvlMicroUsdc: inAll.toString() });
  expect(await ask(env, "trial-balance")).toMatchObject({ totalMicroUsdc: "0" });
  expect(await ask(env, "audit")).toMatchObject({ ok: true, imbalanceMicroUsdc: "0" });

  const next = textAt(await openRound(env, ask), "code");
  const reason = ["--reason", "exchange outage, notice 2026-118"];
  await ask(env, "bet", "--user", won, "--side", "UP", "--amount", "1");
  const voiding = ["settle-round", "--code", next, "--result", "VOID", ...reason];
  const voided = await askTwo(crew, voiding, runHere);
  expect(voided).toMatchObject({ state: "VOID", voidReason: "OPERATOR", feeMicroUsdc: "0" });
  expect(await balanceOf(env, won, ask)).toMatchObject({ availableMicroUsdc: left });
  const log = at(await ask(env, "audit", "log"), "items", 0);
  expect(log).toMatchObject({ action: "round.settle", subject: `NDX/${next}`, reason: reason[1] });
  expect(at(log, "actorName")).toBe("operator");
};

const withService = async (
  env: Environment & { readonly DATA_DIR: string },
  work: (crew: Crew) => Promise<void>,
): Promise<void> => {
  const ports = { PORT: "0", HOST: "127.0.0.1" };
  await using service = runProgram("apps/standalone/src/main.ts", ["sandbox"], {
    env: { ...ports, ...env },
  });
  await service.logged("service started");
  await work(await crewOf(env, `${env.DATA_DIR}/sandbox`));
  service.kill("SIGINT");
  expect(await service.exited).toBe(0);
};

describe("the whole story beside the service", () => {
  test("on the embedded PostgreSQL, without Redis; a backup of it while it runs, and back", async () => {
    await using folder = await scratchFolder();
    const env = { DATA_DIR: `${folder.path}/data` };
    const backup = `${folder.path}/backup`;
    let key = {};
    await withService(env, async (crew) => {
      key = { CLOSEBELL_API_KEY: crew.operator["CLOSEBELL_API_KEY"] };
      await story(crew);
      // a sandbox's operator runs what nobody else is named for
      expect(await askAdmin(env, "whoami")).toMatchObject({ name: "operator", kind: "staff" });
      // the sandbox keeps its data in a folder of its own
      const running = { DATA_DIR: `${env.DATA_DIR}/sandbox` };
      const made = await askAdmin(env, "backup", "--to", backup);
      const copied = running.DATA_DIR;
      expect(made).toMatchObject({ copied, how: "hot", audit: { ok: true } });
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
    // people and their keys came back with it, and what seals their second factors
    refused(await runAdmin(restored, "tvl"), 1, "UNAUTHENTICATED");
    const secretOf = (dataDir: string) => Bun.file(`${dataDir}/secrets/auth`).text();
    expect(await secretOf(restored.DATA_DIR)).toBe(await secretOf(`${env.DATA_DIR}/sandbox`));
    const tvl = await askAdmin({ ...restored, ...key }, "tvl");
    expect(BigInt(textAt(tvl, "tvlMicroUsdc"))).toBeGreaterThan(0n);
    const record = await askAdmin({ ...restored, ...key }, "audit", "verify");
    expect(record).toMatchObject({ ok: true, findings: [] });
    const cold = await askAdmin(restored, "backup", "--to", `${folder.path}/cold`, "--no-verify");
    expect(cold).toMatchObject({ how: "cold", audit: null });
    refused(await runAdmin(restored, "restore", "--from", folder.path), 1, "holds no backup");
  });

  test("on the server at DATABASE_URL, without Redis", async () => {
    await using database = await emptyDatabase();
    await using folder = await scratchFolder();
    const env = { DATABASE_URL: database.url, DATA_DIR: folder.path };
    await withService(env, story);
    refused(await runAdmin(env, "backup", "--to", `${folder.path}/never`), 1, "FORBIDDEN");
  });

  describeWithRedis("with Redis", (redis) => {
    test("on the server at DATABASE_URL", async () => {
      await using database = await emptyDatabase();
      await using folder = await scratchFolder();
      const env = { DATABASE_URL: database.url, REDIS_URL: redis(), DATA_DIR: folder.path };
      await withService(env, story);
    });
  });
});
