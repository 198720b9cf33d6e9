import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { describeWithRedis, scratchRedis } from "../../packages/database/src/testing/index.ts";
import {
  readSandboxCredentials,
  type SandboxCredentials,
} from "../../packages/runtime/src/index.ts";
import { type Client, clientOf, objectOf, textOf } from "./http-client.ts";
import { askAdmin } from "./run-admin.ts";
import { eventually, runProgram, scratchFolder } from "./run-program.ts";

setDefaultTimeout(90_000);

/** Gives somebody 100 USDC, told of it twice. */
const fund = async (operator: Client, userId: string, tx: string): Promise<void> => {
  const deposit = { userId, amountMicroUsdc: "100000000", tx };
  const first = await operator.post("/simulate/deposit_webhook", deposit);
  const again = await operator.post("/simulate/deposit_webhook", deposit);
  expect(first.body).toMatchObject({ state: "CREDITED", simulated: true });
  expect(textOf(again.body, "id")).toBe(textOf(first.body, "id"));
};

const newUser = async (operator: Client, handle: string): Promise<string> => {
  const { status, body } = await operator.post("/users", { handle });
  expect(status).toBe(201);
  return textOf(body, "id");
};

const available = async (client: Client, userId: string): Promise<string> =>
  textOf((await client.get(`/users/${userId}/balance`)).body, "availableMicroUsdc");

/** Nobody gets anywhere without a credential, and a player nowhere but to their own. */
const expectClosedDoors = async (nobody: Client, player: Client, other: string) => {
  const bet = { side: "UP", stakeMicroUsdc: "1" };
  for (const refused of [
    await nobody.post("/bets", bet, "none"),
    await nobody.get(`/users/${other}/balance`),
    await nobody.as("cb_test_made_up").get(`/users/${other}/balance`),
  ])
    expect(refused).toMatchObject({ status: 401, body: { code: "UNAUTHENTICATED" } });
  const forOther = await player.post("/bets", { ...bet, userId: other }, "none");
  expect(forOther).toMatchObject({ status: 404, body: { code: "USER_NOT_FOUND" } });
  expect((await player.get(`/users/${other}/balance`)).status).toBe(404);
  expect(await player.post("/simulate/clock", { advanceSeconds: 1 })).toMatchObject({
    status: 403,
    body: { code: "FORBIDDEN" },
  });
};

/**
 * One round from the first deposit to a payment that was undone and given back, with the refusals on the way: Ann plays for
 * herself, the operator for Bob.
 */
const playStory = async (
  nobody: Client,
  credentials: SandboxCredentials,
  refund: (withdrawalId: string) => Promise<unknown>,
): Promise<void> => {
  const client = nobody.as(credentials.OPERATOR_KEY);
  const player = nobody.as(credentials.PLAYER_KEY);
  const ann = credentials.PLAYER_ID;
  const bob = await newUser(client, "bob");
  await fund(client, ann, "0xa1");
  await fund(client, bob, "0xb1");
  await expectClosedDoors(nobody, player, bob);
  const open = objectOf((await client.get("/rounds/current")).body, "open");
  const code = textOf(open, "code");

  const bet = { side: "UP", stakeMicroUsdc: "25000000" };
  const placed = await player.post("/bets", bet, "ann-1");
  expect(placed).toMatchObject({
    status: 201,
    replayed: false,
    body: { userId: ann, roundCode: code },
  });
  expect((await player.post("/bets", bet, "ann-1")).replayed).toBe(true);
  const other = await player.post("/bets", { ...bet, stakeMicroUsdc: "1" }, "ann-1");
  expect(other).toMatchObject({ status: 422, body: { code: "IDEMPOTENCY_KEY_REUSED" } });
  const down = { userId: bob, side: "DOWN", stakeMicroUsdc: "10000000" };
  expect((await client.post("/bets", down, "bob-1")).status).toBe(201);
  const greedy = { ...down, stakeMicroUsdc: "90000001" };
  expect(await client.post("/bets", greedy, "bob-2")).toMatchObject({
    status: 409,
    body: { code: "INSUFFICIENT_FUNDS" },
  });

  for (const [date, close] of [
    [textOf(open, "previousDate"), "100"],
    [textOf(open, "closingDate"), "101.5"],
  ] as const) {
    expect((await client.post("/simulate/close", { date, close })).status).toBeLessThan(300);
  }
  await client.post("/simulate/clock", { to: textOf(open, "lockAt") });
  expect(await client.post("/bets", { ...down, roundCode: code }, "bob-3")).toMatchObject({
    status: 409,
    body: { code: "ROUND_NOT_OPEN" },
  });
  expect(await player.post("/bets", bet, "ann-1")).toMatchObject({
    replayed: true,
    body: { id: textOf(placed.body, "id"), roundCode: code },
  });
  await client.post("/simulate/clock", { to: textOf(open, "settlesFrom") });
  await eventually("the round settles by itself", async () => {
    const { body } = await client.get(`/rounds/${code}`);
    return body["state"] === "SETTLED";
  });
  expect((await client.get(`/rounds/${code}`)).body).toMatchObject({
    outcome: "UP",
    previousClose: "100",
    close: "101.5",
    feeMicroUsdc: "100000",
  });
  expect(await available(player, ann)).toBe("109900000");
  expect(await available(client, bob)).toBe("90000000");
  expect((await player.get(`/bets/${textOf(placed.body, "id")}`)).body).toMatchObject({
    state: "WON",
    payoutMicroUsdc: "34900000",
  });

  const out = { amountMicroUsdc: "30000000" };
  const good = await player.post("/withdrawals", { ...out, to: `0x${"5".repeat(40)}` }, "out-1");
  const bad = await player.post("/withdrawals", { ...out, to: `0x${"5".repeat(36)}dead` }, "out-2");
  for (const [withdrawal, end] of [
    [good, "CONFIRMED"],
    [bad, "NEEDS_REVIEW"],
  ] as const) {
    await eventually(`the withdrawal ends as ${end}`, async () => {
      const { body } = await player.get(`/withdrawals/${textOf(withdrawal.body, "id")}`);
      return body["state"] === end;
    });
  }
  expect(await available(client, ann)).toBe("49900000");
  await refund(textOf(bad.body, "id"));
  expect(await available(client, ann)).toBe("79900000");
  expect((await client.get("/tvl")).body).toMatchObject({ tvlMicroUsdc: "169900000" });
};

const runStory = async (env: Readonly<Record<string, string>>): Promise<void> => {
  await using folder = await scratchFolder();
  await using service = runProgram("apps/standalone/src/main.ts", ["sandbox"], {
    env: { PORT: "0", HOST: "127.0.0.1", DATA_DIR: folder.path, LOG_PRETTY: "false", ...env },
  });
  const { url } = await service.logged("service started");
  if (typeof url !== "string") throw new Error("the service did not say where it listens");
  const admin = { DATA_DIR: `${folder.path}/sandbox`, ...env };
  const refund = (id: string) =>
    askAdmin(admin, "chain", "withdrawals", "refund", "--id", id, "--reason", "undone");
  const credentials = await readSandboxCredentials(`${folder.path}/sandbox`);
  if (credentials === undefined) throw new Error("the sandbox left no credentials");
  await playStory(clientOf(url), credentials, refund).catch((cause: unknown) => {
    throw new Error(`the story broke off; the service said:\n${service.stdout()}`, { cause });
  });
  await using audit = runProgram("apps/admin/src/main.ts", ["audit", "--json"], {
    env: admin,
  });
  // on a busy machine the bus may come later than the command goes
  const complaints = audit
    .stderr()
    .split("\n")
    .filter((line) => line !== "" && !line.includes("events do not travel yet"));
  expect([await audit.exited, complaints]).toEqual([0, []]);
  expect(JSON.parse(audit.stdout())).toMatchObject({ ok: true, imbalanceMicroUsdc: "0" });
  service.kill("SIGTERM");
  expect(await service.exited).toBe(0);
};

test("a whole round over HTTP on the started service, jobs and events on PostgreSQL", () =>
  runStory({}));

describeWithRedis("with Redis", () => {
  test("a whole round over HTTP on the started service, jobs and events on Redis", async () => {
    await using redis = await scratchRedis();
    await runStory({ REDIS_URL: redis.url });
  });
});

describe("the README", () => {
  test("plays its first round as it stands, command by command", async () => {
    const page = await Bun.file(`${import.meta.dir}/../../README.md`).text();
    const [, commands] = /## A first round in curl[\s\S]*?```sh\n([\s\S]*?)```/.exec(page) ?? [];
    if (commands === undefined) throw new Error("the README has no first round");
    await using folder = await scratchFolder();
    await using service = runProgram("apps/standalone/src/main.ts", ["sandbox"], {
      env: { PORT: "0", HOST: "127.0.0.1", DATA_DIR: folder.path, LOG_PRETTY: "false" },
    });
    const { url } = await service.logged("service started");
    const here = commands
      .replace("http://localhost:8000", String(url))
      .replace(" .data/sandbox/", ` ${folder.path}/sandbox/`);
    const script = `set -e\n${here}`;
    const { stdout, exitCode } = await Bun.$`sh -c ${script}`.quiet().nothrow();
    const output = stdout.toString();
    expect([exitCode, output]).toEqual([0, output]);
    expect(output).toContain('"state":"SETTLED"');
    expect(output).toContain('"availableMicroUsdc":"109900000"');
    expect(output).toContain('"amountMicroUsdc":"30000000"');
    expect(output).not.toContain('"code":"INTERNAL"');
  });
});
