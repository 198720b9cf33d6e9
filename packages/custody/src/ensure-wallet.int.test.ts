import { expect, test } from "bun:test";
import { SYSTEM_ACTORS, randomIds } from "@closebell/context";
import { ensureWallet } from "./ensure-wallet.ts";
import { getWallets } from "./get-wallets.ts";
import { by, custodyScene, refusalOf } from "./testing/custody-scene.ts";
import { scriptedChain } from "./testing/scripted-chain.ts";

test("a user has one address per chain, the same ever after", async () => {
  await using scene = await custodyScene();
  const { deps, chain } = scene;
  const userId = await scene.player();
  const first = await ensureWallet(deps, { by, userId, chain: chain.name });
  expect(first).toMatchObject({ userId, chain: "scripted", address: chain.addressAt(0) });
  expect(await ensureWallet(deps, { by, userId, chain: chain.name })).toEqual(first);
  expect(await getWallets(deps, { userId })).toEqual([first]);
  expect(await getWallets(deps, { userId: await scene.player() })).toEqual([]);
});

test("asked at once, one user gets one address and several users get different ones", async () => {
  await using scene = await custodyScene();
  const ask = (userId: string) => scene.addressOf(userId);
  const one = await scene.player();
  const same = await Promise.all(Array.from({ length: 10 }, () => ask(one)));
  expect(new Set(same).size).toBe(1);
  const users = await Promise.all(Array.from({ length: 10 }, () => scene.player()));
  const addresses = await Promise.all(users.map(ask));
  expect(new Set([...addresses, ...same]).size).toBe(11);
});

test("a wallet of the house is nobody's deposit address, though it may be one of the chain's", async () => {
  const derived = scriptedChain();
  const chain = { ...derived, hotWallet: derived.addressAt(0), coldWallet: derived.addressAt(2) };
  await using scene = await custodyScene(chain);
  await scene.advance();
  const given = [await scene.addressOf(await scene.player())];
  await scene.scratch.owner.sql`insert into custody.house_address values
    (${chain.name}, ${derived.addressAt(3).toUpperCase().replace("X", "x")}, 'hot', clock.now())`;
  given.push(await scene.addressOf(await scene.player()));
  expect(given).toEqual([derived.addressAt(1), derived.addressAt(4)]);
});

test("nobody but a player on a known chain gets an address", async () => {
  await using scene = await custodyScene();
  const ask = (userId: string, chain: string) =>
    refusalOf(ensureWallet(scene.deps, { by, userId, chain }));
  expect(await ask(await scene.player(), "bitcoin")).toBe("CHAIN_NOT_FOUND");
  expect(await ask(randomIds.uuid(), "scripted")).toBe("USER_NOT_FOUND");
  expect(await ask(SYSTEM_ACTORS.chain.id, "scripted")).toBe("USER_NOT_FOUND");
  expect(await refusalOf(getWallets(scene.deps, { userId: "nobody" }))).toBe("USER_NOT_FOUND");
});

test("an address once given stays, even for the owner of the table", async () => {
  await using scene = await custodyScene();
  await scene.addressOf(await scene.player());
  const { sql } = scene.scratch.owner;
  for (const change of [
    sql`update custody.wallet set address = 'elsewhere'`,
    sql`delete from custody.wallet`,
    sql`truncate custody.wallet cascade`,
  ]) {
    expect(await refusalOf(change)).toContain("refused");
  }
});
