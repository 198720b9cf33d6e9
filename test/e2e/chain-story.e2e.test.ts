import { expect, setDefaultTimeout, test } from "bun:test";
import { parseUsdc } from "../../packages/money/src/index.ts";
import { type ChainStage, chainStage } from "./chain-stage.ts";
import { askTwo, crewOf } from "./crew.ts";
import { type Json, objectOf, textOf } from "./http-client.ts";
import { askAdmin, runAdmin, textAt } from "./run-admin.ts";
import { eventually } from "./run-program.ts";

setDefaultTimeout(240_000);

/** A step takes a pass of the scheduler or two; a busy machine takes its time. */
const WITHIN_MS = 60_000;

interface Player {
  readonly userId: string;
  readonly address: string;
}

const newPlayer = async ({ client }: ChainStage, handle: string): Promise<Player> => {
  const userId = textOf((await client.post("/users", { handle })).body, "id");
  const wallet = await client.post("/wallets", { userId });
  expect(wallet).toMatchObject({ status: 201, body: { chain: "anvil", simulated: false } });
  expect((await client.post("/wallets", { userId })).body).toEqual(wallet.body);
  return { userId, address: textOf(wallet.body, "address") };
};

const available = async ({ client }: ChainStage, { userId }: Player): Promise<string> =>
  textOf((await client.get(`/users/${userId}/balance`)).body, "availableMicroUsdc");

const firstOf = async ({ client }: ChainStage, path: string): Promise<Json> => {
  const { items } = (await client.get(path)).body;
  return Array.isArray(items) && items.length > 0 ? { ...Object(items[0]) } : {};
};

const becomes = (stage: ChainStage, path: string, state: string): Promise<void> =>
  eventually(
    `${path} becomes ${state}`,
    async () => (await stage.client.get(path)).body["state"] === state,
    WITHIN_MS,
  );

const refusesPlayMoney = async (stage: ChainStage, { userId }: Player): Promise<void> => {
  const { client, env } = stage;
  const gift = { userId, amountMicroUsdc: "1000000", tx: "0x1" };
  for (const path of ["/simulate/deposit_webhook", "/simulate/close"]) {
    const refused = await client.post(path, gift);
    expect(refused, path).toMatchObject({ status: 404, body: { code: "ROUTE_NOT_FOUND" } });
  }
  for (const command of [
    ["seed", "--users", "1", "--reason", "play"],
    ["deposit", "--user", userId, "--amount", "1", "--reason", "play"],
  ]) {
    const { code, stderr } = await runAdmin(env, ...command);
    expect([code, stderr]).toEqual([1, expect.stringContaining("SANDBOX_ONLY")]);
  }
};

/** Money comes in: seen in a block, credited when the block is final, never twice. */
const deposit = async (stage: ChainStage, players: readonly Player[]): Promise<void> => {
  const { anvil, token } = stage;
  await stage.reserves();
  for (const { address } of players) await token.transfer(address, parseUsdc("100"));
  for (const player of players) {
    const path = `/users/${player.userId}/deposits`;
    const seen = async () => (await firstOf(stage, path))["state"] === "SEEN";
    await eventually("the deposit is seen", seen, WITHIN_MS);
    expect(await available(stage, player)).toBe("0");
  }
  await stage.reserves();
  await anvil.finalize();
  for (const player of players) {
    const credited = async () => (await available(stage, player)) === "100000000";
    await eventually("the deposit is credited", credited, WITHIN_MS);
    expect(await firstOf(stage, `/users/${player.userId}/deposits`)).toMatchObject({
      state: "CREDITED",
      amountMicroUsdc: "100000000",
      address: player.address,
      block: { hash: expect.stringMatching(/^0x[0-9a-f]{64}$/) },
      simulated: false,
    });
  }
  // an operator's 1,000 and two deposits
  expect(await stage.reserves()).toMatchObject({ ledger: "1200000000" });
};

/** A round from its bets to the payout, on the close that both providers tell. */
const playRound = async (stage: ChainStage, [ann, bob]: readonly [Player, Player]) => {
  const { client, providers } = stage;
  const open = objectOf((await client.get("/rounds/current")).body, "open");
  const code = textOf(open, "code");
  const bet = async (player: Player, side: string, stakeMicroUsdc: string) => {
    const { userId } = player;
    const placed = await client.post("/bets", { userId, side, stakeMicroUsdc }, `${side}-1`);
    expect(placed.status).toBe(201);
  };
  await bet(ann, "UP", "25000000");
  await bet(bob, "DOWN", "10000000");
  await stage.reserves();
  const previous = { symbol: "QQQ", date: textOf(open, "previousDate") };
  const closing = { symbol: "QQQ", date: textOf(open, "closingDate") };
  for (const provider of providers) provider.publish({ ...previous, written: "600.10" });
  // they disagree at first, so nothing is settled on either
  providers[0].publish({ ...closing, written: "601.25" });
  providers[1].publish({ ...closing, written: "601.52" });
  await client.post("/simulate/clock", { to: textOf(open, "lockAt") });
  await becomes(stage, `/rounds/${code}`, "LOCKED");
  await client.post("/simulate/clock", { to: textOf(open, "settlesFrom") });
  const asked = async () =>
    providers.every((provider) => provider.asked.some(({ date }) => date === closing.date));
  await eventually("both providers are asked", asked, WITHIN_MS);
  expect((await client.get(`/rounds/${code}`)).body["state"]).toBe("LOCKED");
  providers[1].publish({ ...closing, written: "601.25" });
  // attempts have their times by the service's clock
  const settled = async () => {
    await client.post("/simulate/clock", { advanceSeconds: 60 });
    return (await client.get(`/rounds/${code}`)).body["state"] === "SETTLED";
  };
  await eventually("the round settles", settled, WITHIN_MS);
  expect((await client.get(`/rounds/${code}`)).body).toMatchObject({
    outcome: "UP",
    previousClose: "600.10",
    close: "601.25",
    simulated: false,
  });
  const { body: evidence } = await client.get(`/rounds/${code}/evidence`);
  expect(JSON.stringify(evidence)).toContain("/v1/open-close/QQQ/");
  expect(JSON.stringify(evidence)).not.toContain("-key");
  expect(await available(stage, ann)).toBe("109900000");
  await stage.reserves();
};

/** Money goes out: only to a saved address that has waited, signed here, mined there, booked when it is final. */
const withdraw = async (stage: ChainStage, ann: Player, bob: Player): Promise<void> => {
  const { client, anvil, token, outsider } = stage;
  const saved = await firstOf(stage, `/users/${ann.userId}/payout-addresses`);
  const ask = (to: string, key: string) =>
    client.post("/withdrawals", { userId: ann.userId, amountMicroUsdc: "30000000", to }, key);
  expect(await ask(outsider, "early")).toMatchObject({
    status: 409,
    body: { code: "PAYOUT_ADDRESS_TOO_NEW" },
  });
  expect(await ask(bob.address, "own")).toMatchObject({
    status: 422,
    body: { code: "ADDRESS_INVALID" },
  });
  await client.post("/simulate/clock", { to: textOf(saved, "usableFrom") });
  const asked = await ask(outsider, "out-1");
  expect(asked).toMatchObject({ status: 201, body: { state: "REQUESTED" } });
  const path = `/withdrawals/${textOf(asked.body, "id")}`;
  await becomes(stage, path, "BROADCAST");
  await stage.reserves();
  const before = await token.balanceOf(outsider);
  await anvil.mine();
  await becomes(stage, path, "MINED");
  expect((await token.balanceOf(outsider)) - before).toBe(30_000_000n);
  await stage.reserves();
  await anvil.finalize();
  await becomes(stage, path, "CONFIRMED");
  expect(await ask(outsider, "out-1")).toMatchObject({ replayed: true });
  expect(await available(stage, ann)).toBe("79900000");
  expect((await token.balanceOf(outsider)) - before).toBe(30_000_000n);
  expect(await stage.reserves()).toMatchObject({ ledger: "1170000000" });
};

/** What lies on deposit addresses comes to the hot wallet, which changes nothing in the books. */
const gather = async (stage: ChainStage, ...players: readonly Player[]): Promise<void> => {
  const { env, anvil, token } = stage;
  const sweep = await askAdmin(env, "chain", "sweep", "--reason", "gather");
  expect(sweep).toMatchObject({ amountMicroUsdc: "200000000", left: [] });
  const swept = async () => {
    await anvil.finalize();
    const left = await Promise.all(players.map(({ address }) => token.balanceOf(address)));
    return left.every((amount) => amount === 0n);
  };
  await eventually("the deposits are gathered into the hot wallet", swept, WITHIN_MS);
  const all = { onChain: "1170000000", ledger: "1170000000", between: [] };
  const equal = async () => Bun.deepEquals(await stage.reserves(), all);
  await eventually("chain and books hold the same, with nothing between", equal, WITHIN_MS);
};

/** The house's owner takes out what the round earned, by hand; the reserves differ until that is booked by two. */
const draw = async (stage: ChainStage): Promise<void> => {
  const { env, anvil, token, outsider } = stage;
  const cold = textAt(await askAdmin(env, "chain", "status"), "coldWallet", "address");
  await token.transfer(cold, parseUsdc("5"));
  await anvil.finalize();
  const funded = async () => (await stage.reserves()).ledger === "1175000000";
  await eventually("the cold wallet's money is booked", funded, WITHIN_MS);
  await anvil.setBalance(cold, 10n ** 18n);
  await anvil.request("anvil_impersonateAccount", [cold]);
  const words = [outsider.slice(2), (100_000).toString(16)].map((word) => word.padStart(64, "0"));
  const transfer = { from: cold, to: token.address, data: `0xa9059cbb${words.join("")}` };
  const tx = String(await anvil.request("eth_sendTransaction", [transfer]));
  const command = ["chain", "draw", "--tx", tx, "--from", "fees", "--reason", "earned"];
  const refused = async (by: string) => (await runAdmin(env, ...command)).stderr.includes(by);
  expect(await refused("TRANSFER_NOT_FOUND")).toBe(true);
  await anvil.finalize();
  await eventually("it is final", () => refused("APPROVAL_REQUIRED"), WITHIN_MS);
  expect((await runAdmin(env, "chain", "reserves")).code).toBe(1);
  const crew = await crewOf(env, `${String(env["DATA_DIR"])}/sandbox`);
  const told = { tx, to: expect.anything(), amountMicroUsdc: "100000", account: "house/fees" };
  expect(await askTwo(crew, command)).toMatchObject({ items: [told] });
  expect(await askAdmin(env, "chain", "drawings")).toMatchObject({ items: [told] });
  expect(await refused("TRANSFER_CONFLICT")).toBe(true);
  expect(await stage.reserves()).toMatchObject({ ledger: "1174900000", between: [] });
};

const play = async (stage: ChainStage): Promise<void> => {
  const { client, env, outsider } = stage;
  const ann = await newPlayer(stage, "ann");
  const bob = await newPlayer(stage, "bob");
  expect(ann.address).not.toBe(bob.address);
  const save = await client.post(`/users/${ann.userId}/payout-addresses`, { address: outsider });
  expect(save).toMatchObject({ status: 201, body: { simulated: false } });
  expect(textOf(save.body, "address").toLowerCase()).toBe(outsider);
  await refusesPlayMoney(stage, ann);
  await deposit(stage, [ann, bob]);
  await playRound(stage, [ann, bob]);
  await withdraw(stage, ann, bob);
  await gather(stage, ann, bob);
  await draw(stage);
  const audit = await runAdmin(env, "audit", "--json");
  expect(JSON.parse(audit.stdout)).toMatchObject({ ok: true, imbalanceMicroUsdc: "0" });
  expect([audit.code, audit.stderr]).toEqual([0, ""]);
};

test("from a deposit on the chain to a payment on it, by way of a round settled on two providers' close", async () => {
  await using stage = await chainStage();
  await play(stage).catch((cause: unknown) => {
    throw new Error(`the story broke off; the service said:\n${stage.service.stdout()}`, { cause });
  });
  stage.service.kill("SIGTERM");
  expect(await stage.service.exited).toBe(0);
});
