import { expect, test } from "bun:test";
import { randomIds } from "@closebell/context";
import { listAudit, sqlStateOf } from "@closebell/database";
import { microUsdc } from "@closebell/money";
import { listPayoutAddresses } from "./list-payout-addresses.ts";
import { payoutWait, setPayoutWait } from "./payout-wait.ts";
import { removePayoutAddress } from "./remove-payout-address.ts";
import { requestWithdrawal } from "./request-withdrawal.ts";
import { savePayoutAddress } from "./save-payout-address.ts";
import { by, custodyScene, outside, refusalOf, type Scene } from "./testing/custody-scene.ts";
import { scriptedChain } from "./testing/scripted-chain.ts";

const realScene = async (): Promise<Scene> => {
  const scene = await custodyScene(scriptedChain({ simulated: false, hotUsdc: 1_000n }));
  await setPayoutWait({ database: scene.scratch.owner }, 24);
  return scene;
};

const save = (scene: Scene, userId: string, address = outside()) =>
  savePayoutAddress(scene.deps, { by, userId, chain: scene.chain.name, address });

const remove = (scene: Scene, userId: string, address = outside()) =>
  removePayoutAddress(scene.deps, { by, userId, chain: scene.chain.name, address });

const request = (scene: Scene, userId: string, idempotencyKey = "k", to = outside()) =>
  requestWithdrawal(scene.deps, {
    by,
    userId,
    chain: scene.chain.name,
    to,
    amountMicroUsdc: microUsdc(30n),
    idempotencyKey,
  });

test("a real chain pays only to a saved address, a day after it was saved", async () => {
  await using scene = await realScene();
  const userId = await scene.player(100n);
  expect(await refusalOf(request(scene, userId))).toBe("PAYOUT_ADDRESS_UNKNOWN");
  const saved = await save(scene, userId);
  expect(saved).toMatchObject({ userId, chain: "scripted", address: outside() });
  expect(saved.usableFrom.toString()).toBe("2026-11-21T12:00:00Z");
  expect(request(scene, userId)).rejects.toThrow("from 2026-11-21T12:00:00Z on");
  expect(await refusalOf(request(scene, userId))).toBe("PAYOUT_ADDRESS_TOO_NEW");
  await scene.scratch.setClock("2026-11-21T11:59:59.999999Z");
  expect(await refusalOf(request(scene, userId))).toBe("PAYOUT_ADDRESS_TOO_NEW");
  await scene.scratch.setClock("2026-11-21T12:00:00Z");
  expect((await request(scene, userId)).replayed).toBe(false);
  await scene.settle();
  expect(BigInt(scene.chain.usdcOf(outside()))).toBe(30n);
});

test("removed, it is refused at once; saved again, it waits again; a request made before stays", async () => {
  await using scene = await realScene();
  const userId = await scene.player(100n);
  await save(scene, userId);
  await scene.scratch.setClock("2026-11-21T12:00:00Z");
  await request(scene, userId, "before");
  expect((await remove(scene, userId)).address).toBe(outside());
  expect(await refusalOf(request(scene, userId))).toBe("PAYOUT_ADDRESS_UNKNOWN");
  expect((await request(scene, userId, "before")).replayed).toBe(true);
  expect(await refusalOf(remove(scene, userId))).toBe("PAYOUT_ADDRESS_UNKNOWN");
  await save(scene, userId);
  expect(await refusalOf(request(scene, userId))).toBe("PAYOUT_ADDRESS_TOO_NEW");
});

test("saved again, also by many at once, it is the same address with the same wait", async () => {
  await using scene = await realScene();
  const userId = await scene.player();
  const first = await save(scene, userId);
  await scene.scratch.setClock("2026-11-20T18:00:00Z");
  const spelled = outside().toUpperCase().replace("X", "x");
  const again = await Promise.all([save(scene, userId), save(scene, userId, spelled)]);
  expect(again).toEqual([first, first]);
  await save(scene, userId, outside(1));
  const listed = await listPayoutAddresses(scene.deps, { userId });
  expect(listed.map(({ address }) => address)).toEqual([outside(), outside(1)]);
  await remove(scene, userId);
  expect(await listPayoutAddresses(scene.deps, { userId })).toHaveLength(1);
  const audit = (await listAudit(scene.deps, { limit: 10 })).items;
  expect(audit.map(({ action }) => action)).toEqual([
    "payout-address.remove",
    "payout-address.save",
    "payout-address.save",
  ]);
});

test("saved while it is being removed, it is saved after, and waits anew", async () => {
  await using scene = await realScene();
  const userId = await scene.player();
  await save(scene, userId);
  await scene.scratch.setClock("2026-11-20T18:00:00Z");
  let saving: ReturnType<typeof save> | undefined;
  await scene.scratch.database.sql.begin(async (tx) => {
    await tx`update custody.payout_address set removed_at = clock.now()`;
    saving = save(scene, userId);
    expect(await Promise.race([saving, Bun.sleep(200)])).toBeUndefined();
  });
  expect((await saving)?.usableFrom.toString()).toBe("2026-11-21T18:00:00Z");
  expect(await listPayoutAddresses(scene.deps, { userId })).toHaveLength(1);
});

test("another user's address is not one's own, and what can't be paid is not saved", async () => {
  await using scene = await realScene();
  const [userId, other] = [await scene.player(100n), await scene.player(100n)];
  await save(scene, other);
  await scene.scratch.setClock("2026-11-22T12:00:00Z");
  expect(await refusalOf(request(scene, userId))).toBe("PAYOUT_ADDRESS_UNKNOWN");
  const cases: readonly (readonly [string, string, string])[] = [
    [userId, "nowhere", "ADDRESS_INVALID"],
    [userId, scene.chain.hotWallet, "ADDRESS_INVALID"],
    [userId, await scene.addressOf(other), "ADDRESS_INVALID"],
    [randomIds.uuid(), outside(), "USER_NOT_FOUND"],
  ];
  for (const [whose, address, code] of cases) {
    expect(await refusalOf(save(scene, whose, address))).toBe(code);
  }
  const elsewhere = { by, userId, chain: "bitcoin", address: outside() };
  expect(await refusalOf(savePayoutAddress(scene.deps, elsewhere))).toBe("CHAIN_NOT_FOUND");
  expect(await refusalOf(removePayoutAddress(scene.deps, elsewhere))).toBe("CHAIN_NOT_FOUND");
  const unknown = listPayoutAddresses(scene.deps, { userId: randomIds.uuid() });
  expect(await refusalOf(unknown)).toBe("USER_NOT_FOUND");
});

test("an entry can only be removed, once, and stays on record", async () => {
  await using scene = await realScene();
  const userId = await scene.player();
  await save(scene, userId);
  const { sql } = scene.scratch.owner;
  const usable = sql`update custody.payout_address set usable_from = saved_at`;
  expect(await refusalOf(usable)).toContain("can only be removed");
  await remove(scene, userId);
  const back = sql`update custody.payout_address set removed_at = null`;
  expect(await refusalOf(back)).toContain("can only be removed");
  expect(await refusalOf(sql`delete from custody.payout_address`)).toContain("is refused");
});

test("how long an address waits is what counted when it was saved", async () => {
  await using scene = await realScene();
  const userId = await scene.player();
  const day = await save(scene, userId);
  await setPayoutWait({ database: scene.scratch.owner }, 48);
  expect(await payoutWait(scene.deps)).toBe(48);
  expect((await save(scene, userId, outside(1))).usableFrom.toString()).toBe(
    "2026-11-22T12:00:00Z",
  );
  expect((await save(scene, userId)).usableFrom).toEqual(day.usableFrom);
  expect(await setPayoutWait(scene.deps, 0).catch(sqlStateOf)).toBe("42501");
  const owner = { database: scene.scratch.owner };
  expect(await setPayoutWait(owner, 8_761).catch(sqlStateOf)).toBe("23514");
});
