import { expect, test } from "bun:test";
import { approveWithdrawal } from "./approve-withdrawal.ts";
import { noProgress } from "./chain-pass.ts";
import { claimWithdrawal, realNow, releaseWithdrawal } from "./claim-withdrawal.ts";
import { by, custodyScene, type Scene } from "./testing/custody-scene.ts";

const passOf = ({ deps, chain }: Scene) => ({ deps, by, chain, progress: noProgress() });

test("however many claim at once, no withdrawal is claimed by two", async () => {
  await using scene = await custodyScene();
  const userId = await scene.player(100n);
  const ids: string[] = [];
  for (let n = 0; n < 4; n += 1) ids.push(await scene.withdraw(userId, 1n, `k${n}`));
  for (const withdrawalId of ids) await approveWithdrawal(scene.deps, { by, withdrawalId });
  const pass = passOf(scene);
  const dueBy = await realNow(scene.deps);
  const claims = await Promise.all(Array.from({ length: 10 }, () => claimWithdrawal(pass, dueBy)));
  const claimed = claims.flatMap((withdrawal) => withdrawal?.id ?? []);
  expect(new Set(claimed).size).toBe(claimed.length);
  expect(claimed.toSorted()).toEqual(ids);
});

test("those that wait longest come first, and what is given back comes last", async () => {
  await using scene = await custodyScene();
  const userId = await scene.player(100n);
  const first = await scene.withdraw(userId, 1n, "first");
  const second = await scene.withdraw(userId, 1n, "second");
  await scene.withdraw(userId, 1n, "not-approved");
  for (const withdrawalId of [first, second]) {
    await approveWithdrawal(scene.deps, { by, withdrawalId });
  }
  const pass = passOf(scene);
  const claim = async () => {
    const claimed = await claimWithdrawal(pass, await realNow(scene.deps));
    return claimed?.id;
  };
  expect(await claim()).toBe(first);
  await releaseWithdrawal(pass, first);
  expect(await claim()).toBe(second);
  expect(await claim()).toBe(first);
  expect(await claim()).toBeUndefined();
});
