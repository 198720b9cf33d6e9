import { expect, test } from "bun:test";
import { noProgress } from "./chain-pass.ts";
import { claimScan, whileHeld } from "./scan-claim.ts";
import { by, custodyScene, type Scene } from "./testing/custody-scene.ts";

const passOf = ({ deps, chain }: Scene) => ({ deps, by, chain, progress: noProgress() });

const isClaimed = async ({ scratch }: Scene): Promise<boolean> => {
  const found = await scratch.owner
    .sql`select from custody.scan where claimed_until > clock_timestamp()`;
  return found.length > 0;
};

test("whoever reads a slow chain keeps the right to, until he has done", async () => {
  await using scene = await custodyScene();
  const pass = passOf(scene);
  const mine = await claimScan(pass);
  const rival = await whileHeld(
    pass,
    mine?.claim ?? "",
    async () => {
      // as if 30 s had passed; the claim is soon taken anew
      await scene.expireClaims();
      while (!(await isClaimed(scene))) await Bun.sleep(5);
      return claimScan(pass);
    },
    20,
  );
  expect(rival).toBeUndefined();
  expect(await claimScan(pass)).toBeDefined();
});

test("a right that another has by now is neither kept nor given back", async () => {
  await using scene = await custodyScene();
  const pass = passOf(scene);
  const mine = await claimScan(pass);
  await scene.expireClaims();
  const theirs = await claimScan(pass);
  expect(theirs).toBeDefined();
  await whileHeld(pass, mine?.claim ?? "", () => Bun.sleep(100), 20);
  expect(await claimScan(pass)).toBeUndefined();
});
