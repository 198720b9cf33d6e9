import { expect, test } from "bun:test";
import { randomIds } from "@closebell/context";
import { listAudit } from "@closebell/database";
import { microUsdc } from "@closebell/money";
import { creditUser, type CreditUser } from "./credit-user.ts";
import { by, custodyScene, refusalOf, type Scene } from "./testing/custody-scene.ts";
import { scriptedChain } from "./testing/scripted-chain.ts";

const credit = (scene: Scene, userId: string, input: Partial<CreditUser> = {}) =>
  creditUser(scene.deps, {
    by,
    userId,
    amountMicroUsdc: microUsdc(50n),
    idempotencyKey: "seed",
    ...input,
  });

test("play money comes out of the house's capital, and is on record", async () => {
  await using scene = await custodyScene();
  const userId = await scene.player();
  const given = await credit(scene, userId);
  expect(given).toMatchObject({
    credit: { userId, amountMicroUsdc: 50n, reason: "test" },
    replayed: false,
  });
  expect(await scene.balances(userId)).toEqual({
    available: 50n,
    withdrawing: 0n,
    capital: -50n,
    custody: 0n,
  });
  const [audited] = (await listAudit(scene.deps, { limit: 1 })).items;
  expect(audited).toMatchObject({
    action: "user.credit",
    subject: `user/${userId}`,
    after: { amountMicroUsdc: "50" },
  });
  expect(await scene.wrong()).toEqual([]);
});

test("one key gives once, even at once and months later; another amount is refused", async () => {
  await using scene = await custodyScene();
  const userId = await scene.player();
  const all = await Promise.all(Array.from({ length: 10 }, () => credit(scene, userId)));
  expect(all.filter((one) => !one.replayed).length).toBe(1);
  expect(new Set(all.map((one) => one.credit.id)).size).toBe(1);
  await scene.scratch.setClock("2027-01-01T00:00:00Z");
  expect((await credit(scene, userId)).replayed).toBe(true);
  const more = { amountMicroUsdc: microUsdc(51n) };
  expect(await refusalOf(credit(scene, userId, more))).toBe("IDEMPOTENCY_KEY_REUSED");
  expect((await credit(scene, await scene.player())).replayed).toBe(false);
  expect((await scene.balances(userId)).available).toBe(50n);
});

test("what can't be credited is not", async () => {
  await using scene = await custodyScene();
  const userId = await scene.player();
  const zero = { amountMicroUsdc: microUsdc(0n) };
  expect(await refusalOf(credit(scene, userId, zero))).toBe("AMOUNT_INVALID");
  expect(await refusalOf(credit(scene, userId, { idempotencyKey: " " }))).toBe("VALIDATION_FAILED");
  expect(await refusalOf(credit(scene, randomIds.uuid()))).toBe("USER_NOT_FOUND");
});

test("with one real chain there is no play money", async () => {
  await using scene = await custodyScene();
  const userId = await scene.player();
  const real = { ...scriptedChain({ name: "real" }), simulated: false };
  const deps = { ...scene.deps, chains: [scene.chain, real] };
  const given = creditUser(deps, {
    by,
    userId,
    amountMicroUsdc: microUsdc(1n),
    idempotencyKey: "k",
  });
  expect(await refusalOf(given)).toBe("SANDBOX_ONLY");
  expect((await scene.balances(userId)).capital).toBe(0n);
});
