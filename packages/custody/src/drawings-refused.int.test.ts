import { expect, test } from "bun:test";
import { decideApproval, getApproval } from "@closebell/database";
import { HOUSE } from "@closebell/ledger";
import { microUsdc } from "@closebell/money";
import { bookDrawings } from "./book-drawings.ts";
import { reserves } from "./reserves.ts";
import { by, custodyScene, outside, refusalOf } from "./testing/custody-scene.ts";
import {
  asked,
  cold,
  drawByTwo,
  drawingOf,
  drawingScene,
  houseHolds,
  listed,
  owner,
  payOwner,
  richScene,
  saidBy,
  second,
} from "./testing/drawing-scene.ts";

test("it is booked once its block is final, and was read", async () => {
  await using scene = await richScene();
  const { chain, deps } = scene;
  const { tx } = chain.pay(owner, 10n, { from: cold });
  const draw = () => saidBy(bookDrawings(deps, drawingOf(scene, tx)));
  expect(await draw()).toMatch(/^TRANSFER_NOT_FOUND: .* stands in no block of scripted/);
  chain.mine();
  await scene.advance();
  expect(await draw()).toMatch(/^TRANSFER_CONFLICT: .* is the last final block that was read/);
  chain.finalise();
  expect(await draw()).toMatch(/^TRANSFER_CONFLICT: .* is the last final block that was read/);
  await scene.advance();
  expect(await draw()).toContain("APPROVAL_REQUIRED");
  chain.node.lag = 8;
  expect(await draw()).toMatch(/^CHAIN_UNAVAILABLE: .*behind/);
  chain.node.lag = 0;
  chain.reorg(10, { evenFinal: true });
  expect(await draw()).toMatch(/^CHAIN_UNAVAILABLE: .*inconsistent/);
  expect(await listed(scene)).toEqual([]);
});

test("what took nothing out of the house's own is refused, and says why", async () => {
  await using scene = await richScene();
  const { chain, deps } = scene;
  const player = await scene.player(20n);
  const deposit = await scene.addressOf(player);
  const said = (tx: string) => saidBy(bookDrawings(deps, drawingOf(scene, tx)));
  const notOurs = await payOwner(scene, 5n, { from: outside(9) });
  const users = await payOwner(scene, 1n, { from: deposit });
  for (const tx of [notOurs, users]) {
    expect(await said(tx)).toMatch(/^TRANSFER_NOT_FOUND: .* moved no USDC out of a hot or cold/);
  }
  for (const to of [chain.hotWallet, deposit]) {
    const within = await payOwner(scene, 2n, { to });
    expect(await said(within)).toMatch(/^TRANSFER_CONFLICT: .* between addresses of ours/);
  }
  chain.pay(chain.hotWallet, 50n);
  await scene.settle();
  await scene.withdraw(player, 6n, "k", owner);
  await scene.settle();
  const [attempt] = await scene.scratch.owner.sql<{ hash: string }[]>`
    select a.hash from custody.payment_attempt a join custody.payment p on p.id = a.payment where p.purpose = 'withdrawal'`;
  expect(await said(attempt?.hash ?? "")).toMatch(/^TRANSFER_CONFLICT: .* the service made itself/);
  expect(await said("0x1")).toMatch(/^VALIDATION_FAILED: .* 0x and 64 hex digits/);
  const silent = { ...drawingOf(scene, notOurs), by: { ...by, reason: " " } };
  expect(await refusalOf(bookDrawings(deps, silent))).toBe("VALIDATION_FAILED");
  const elsewhere = { ...drawingOf(scene, notOurs), chain: "other" };
  expect(await refusalOf(bookDrawings(deps, elsewhere))).toBe("CHAIN_NOT_FOUND");
  expect(await listed(scene)).toEqual([]);
});

test("what the chain undid took nothing out", async () => {
  await using scene = await richScene();
  const { chain, deps } = scene;
  const order = { kind: "usdc", to: owner, amount: microUsdc(1_000_000n) } as const;
  const { maxFeePerGas, maxPriorityFeePerGas } = await chain.fees();
  const fees = { maxFeePerGas, maxPriorityFeePerGas };
  const nonce = (await chain.nonces(chain.hotWallet)).latest;
  const signed = await chain.sender?.sign({ order, nonce, gas: 100_000n, fees });
  await chain.broadcast(signed?.raw ?? "");
  chain.mine();
  chain.finalise();
  await scene.advance();
  const draw = bookDrawings(deps, drawingOf(scene, signed?.hash ?? ""));
  expect(await saidBy(draw)).toMatch(/^TRANSFER_NOT_FOUND: scripted undid/);
});

test("no more is taken out than the account holds, and what it holds is said before anybody is asked", async () => {
  await using scene = await richScene();
  const tx = await payOwner(scene, 31n);
  const draw = (hash: string, account = HOUSE.fees) =>
    saidBy(bookDrawings(scene.deps, drawingOf(scene, hash, account)));
  expect(await draw(tx)).toContain(
    "INSUFFICIENT_FUNDS: house/fees holds 0.000030 USDC, and 0.000031",
  );
  const all = await payOwner(scene, 101n);
  expect(await refusalOf(drawByTwo(scene, all, HOUSE.capital))).toBe("INSUFFICIENT_FUNDS");
  await drawByTwo(scene, tx, HOUSE.capital);
  expect(await houseHolds(scene)).toEqual({ fees: 30n, capital: 69n });
  // what was taken beyond it is paid back, until capital holds the rest
  scene.chain.pay(cold, 32n);
  await scene.settle();
  await drawByTwo(scene, all, HOUSE.capital);
  expect(await houseHolds(scene)).toEqual({ fees: 30n, capital: 0n });
  const { ok } = await reserves(scene.deps, { chain: "scripted" });
  expect(ok).toBe(true);
  expect(await scene.wrong()).toEqual([]);
});

test.each([HOUSE.capital, HOUSE.fees])(
  "what leaves %s at the same moment is counted: it never goes below zero",
  async (account) => {
    await using scene = await richScene();
    const { deps, scratch } = scene;
    const tx = await payOwner(scene, 25n);
    const input = drawingOf(scene, tx, account);
    const approvalId = await asked(bookDrawings(deps, input));
    await decideApproval(deps, { by: second, approvalId, decision: "approve" });
    const user = await scene.player();
    const rest = account === HOUSE.fees ? 24n : 10n;
    const less = (await houseHolds(scene))[account === HOUSE.fees ? "fees" : "capital"] - rest;
    let drawn: Promise<string> = Promise.resolve("");
    await scratch.owner.sql.begin(async (tx2) => {
      await tx2`select ledger.post_by_code(to_char(clock.now() at time zone 'UTC', 'YYYYMM')::int, 46::smallint,
        array[gen_random_uuid()], array[${account}], array[${`user/${user}/available`}], array[${String(less)}::bigint],
        ${user}::uuid, ${user}::uuid)`;
      drawn = refusalOf(bookDrawings(deps, input));
      for (let waiting = 0; waiting === 0;) {
        await Bun.sleep(5);
        const locks = await tx2<{ n: number }[]>`
          select count(*)::int as n from pg_locks where not granted`;
        waiting = locks[0]?.n ?? 0;
      }
    });
    expect(await drawn).toBe("INSUFFICIENT_FUNDS");
    expect((await getApproval(deps, { approvalId })).state).toBe("APPROVED");
    expect(await listed(scene)).toEqual([]);
    expect(await scene.wrong()).toEqual([]);
  },
);

test("a chain that is simulated, was not read or says nothing gives nothing to book", async () => {
  await using play = await custodyScene();
  const hash = `0x${"a".repeat(64)}`;
  expect(await refusalOf(drawByTwo(play, hash))).toBe("CHAIN_SIMULATED");
  await using scene = await drawingScene();
  expect(await saidBy(drawByTwo(scene, hash))).toContain("CHAIN_UNAVAILABLE: No final block");
  await scene.advance();
  expect(await refusalOf(drawByTwo(scene, hash))).toBe("TRANSFER_NOT_FOUND");
  scene.chain.node.down = true;
  expect(await refusalOf(drawByTwo(scene, hash))).toBe("CHAIN_UNAVAILABLE");
});
