import { expect, test } from "bun:test";
import { microUsdc } from "@closebell/money";
import { scanChain, type ScanChain } from "./scan-chain.ts";
import { by, custodyScene, refusalOf, type Scene } from "./testing/custody-scene.ts";
import { scriptedChain } from "./testing/scripted-chain.ts";

const realScene = (policy = {}): Promise<Scene> =>
  custodyScene(scriptedChain({ simulated: false }), policy);

const scan = ({ deps, chain }: Scene, range: Partial<ScanChain> = {}) =>
  scanChain(deps, { by, chain: chain.name, ...range });

const NOTHING = { seen: 0, confirmed: 0, credited: 0, suspended: 0, reorged: 0 };

test("it reads to the newest block and tells what became of deposits", async () => {
  await using scene = await realScene({ depositMinimum: microUsdc(3n) });
  const { chain } = scene;
  const address = await scene.addressOf(await scene.player());
  const lost = chain.pay(address, 9n);
  chain.pay(address, 2n);
  chain.pay(address, 5n);
  chain.mine();
  expect(await scan(scene)).toEqual({ from: 1n, to: 11n, ...NOTHING, seen: 3 });
  chain.reorg(1, { lost: (tx) => tx === lost.tx });
  chain.mine();
  chain.finalise();
  expect(await scan(scene)).toEqual({
    ...NOTHING,
    from: 1n,
    to: 16n,
    confirmed: 2,
    credited: 1,
    suspended: 1,
    reorged: 1,
  });
  expect(await scan(scene)).toMatchObject(NOTHING);
  expect(await scene.wrong()).toEqual([]);
});

test("a range may be read again at any time: what was missed is found, and the place stays", async () => {
  await using scene = await realScene();
  const { chain } = scene;
  const userId = await scene.player();
  chain.pay(await scene.addressOf(userId), 5n);
  chain.node.empty = true;
  chain.mine(100);
  await scan(scene);
  chain.node.empty = false;
  expect(await scan(scene)).toMatchObject(NOTHING);
  expect(await scan(scene, { from: 12n, to: 40n })).toEqual({ from: 12n, to: 40n, ...NOTHING });
  expect(await scan(scene, { to: 11n })).toEqual({
    ...NOTHING,
    from: 1n,
    to: 11n,
    seen: 1,
    confirmed: 1,
    credited: 1,
  });
  expect(await scan(scene, { from: 1n })).toEqual({ from: 1n, to: 110n, ...NOTHING });
  expect((await scene.balances(userId)).available).toBe(5n);
  const [place] = await scene.scratch.owner.sql`select block::int as block from custody.scan`;
  expect(place).toEqual({ block: 110 });
});

test("a range that is none, a chain that is none or says nothing is refused, and leaves no claim", async () => {
  await using scene = await realScene();
  expect(await refusalOf(scan(scene, { from: 5n, to: 4n }))).toBe("VALIDATION_FAILED");
  expect(await refusalOf(scan(scene, { from: 5n, to: 11n }))).toBe("VALIDATION_FAILED");
  expect(await refusalOf(scan(scene, { chain: "other" }))).toBe("CHAIN_NOT_FOUND");
  scene.chain.node.down = true;
  expect(await refusalOf(scan(scene))).toBe("CHAIN_UNAVAILABLE");
  scene.chain.node.down = false;
  expect(await scan(scene)).toMatchObject({ to: 10n });
});

test("it waits for who is reading, and reads on after him", async () => {
  await using scene = await realScene();
  const { chain } = scene;
  const userId = await scene.player();
  chain.pay(await scene.addressOf(userId), 5n);
  chain.mine();
  chain.finalise();
  const asleep = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  chain.node.before = async (question) => {
    if (question !== "transfers") return;
    asked.resolve();
    await asleep.promise;
  };
  const first = scene.advance();
  await asked.promise;
  const second = scan(scene);
  asleep.resolve();
  await Promise.all([first, second]);
  expect((await scene.balances(userId)).available).toBe(5n);
  expect(await scene.wrong()).toEqual([]);
});
