import { expect, test } from "bun:test";
import { decideApproval, getApproval, listAudit, openDatabase } from "@closebell/database";
import { byTwo } from "@closebell/database/testing";
import { HOUSE, accountStatement } from "@closebell/ledger";
import { microUsdc } from "@closebell/money";
import { bookDrawings } from "./book-drawings.ts";
import { listDrawings } from "./list-drawings.ts";
import { reserves } from "./reserves.ts";
import { by, outside, refusalOf, type Scene } from "./testing/custody-scene.ts";
import {
  asked,
  cold,
  drawByTwo,
  drawingOf,
  houseHolds,
  listed,
  owner,
  payOwner,
  richScene,
  saidBy,
  second,
} from "./testing/drawing-scene.ts";

const differenceOf = async ({ deps, chain }: Scene): Promise<bigint> =>
  BigInt((await reserves(deps, { chain: chain.name })).differenceMicroUsdc);

test("what the owner took out is booked as the chain tells it, and the reserves add up again", async () => {
  await using scene = await richScene();
  const { deps } = scene;
  const first = await payOwner(scene, 20n);
  expect(await differenceOf(scene)).toBe(-20n);
  const [drawing] = await drawByTwo(scene, first.toUpperCase().replace("0X", "0x"));
  const { block } = scene.chain.standing.at(-1) ?? {};
  expect(drawing).toMatchObject({
    chain: "scripted",
    tx: first,
    log: 0,
    blockNumber: block?.number,
    blockHash: block?.hash,
    address: cold,
    to: owner,
    amountMicroUsdc: microUsdc(20n),
    account: "house/fees",
    actor: by.actor.id,
    reason: "test",
  });
  expect(await differenceOf(scene)).toBe(0n);
  expect(await houseHolds(scene)).toEqual({ fees: 10n, capital: 100n });
  const later = await payOwner(scene, 60n);
  expect(await differenceOf(scene)).toBe(-60n);
  await drawByTwo(scene, later, HOUSE.capital);
  expect(await differenceOf(scene)).toBe(0n);
  expect(await houseHolds(scene)).toEqual({ fees: 10n, capital: 40n });
  expect((await listed(scene)).map(({ tx, account }) => [tx, account])).toEqual([
    [later, "house/capital"],
    [first, "house/fees"],
  ]);
  const { items } = await accountStatement(deps, { code: HOUSE.fees, limit: 1 });
  expect(items).toMatchObject([{ kind: "drawing", ref: drawing?.id }]);
  const { items: log } = await listAudit(deps, { limit: 1 });
  expect(log).toMatchObject([
    { action: "chain.draw", subject: `scripted/${later}`, actor: by.actor.id, reason: "test" },
  ]);
  const page = await listDrawings(deps, { limit: 1 });
  const next = await listDrawings(deps, { limit: 1, cursor: page.nextCursor ?? undefined });
  expect([page, next].map(({ items: [one] }) => one?.tx)).toEqual([later, first]);
  expect(await scene.wrong()).toEqual([]);
});

test("all that one transaction paid outside is booked together; what stayed with us is left out", async () => {
  await using scene = await richScene();
  const { chain, deps } = scene;
  const user = await scene.addressOf(await scene.player());
  const tx = chain.payMany([
    { from: outside(7), to: owner, amount: microUsdc(3n) },
    { from: cold, to: owner, amount: microUsdc(5n) },
    { from: cold, to: chain.hotWallet, amount: microUsdc(9n) },
    { from: cold, to: user, amount: microUsdc(1n) },
    { from: chain.hotWallet, to: outside(8), amount: microUsdc(7n) },
  ]);
  await scene.settle();
  const booked = await drawByTwo(scene, tx);
  expect(
    booked.map(({ log, address, to, amountMicroUsdc }) => [
      log,
      address,
      to,
      BigInt(amountMicroUsdc),
    ]),
  ).toEqual([
    [1, cold, owner, 5n],
    [4, chain.hotWallet, outside(8), 7n],
  ]);
  expect(new Set(booked.map(({ approval }) => approval)).size).toBe(1);
  const approval = await getApproval(deps, { approvalId: booked[0]?.approval ?? "" });
  expect(approval).toMatchObject({
    action: "chain.draw",
    subject: `scripted/${tx}`,
    state: "USED",
    content: { account: "house/fees", amountMicroUsdc: "12" },
  });
  expect(await differenceOf(scene)).toBe(0n);
  expect(await houseHolds(scene)).toEqual({ fees: 18n, capital: 100n });
  expect(await saidBy(drawByTwo(scene, tx))).toContain("TRANSFER_CONFLICT");
  expect(await scene.wrong()).toEqual([]);
});

test("a wallet that the house had before is still its own", async () => {
  await using scene = await richScene();
  const hotWallet = outside(0x407);
  scene.chain.pay(scene.chain.hotWallet, 50n);
  await scene.settle();
  const tx = await payOwner(scene, 4n, { from: scene.chain.hotWallet });
  const deps = { ...scene.deps, chains: [{ ...scene.chain, hotWallet }] };
  const [drawing] = await byTwo(bookDrawings)(deps, drawingOf(scene, tx));
  expect(drawing).toMatchObject({ address: scene.chain.hotWallet, to: owner });
});

test("one person books nothing, nor with another's yes to another account", async () => {
  await using scene = await richScene();
  const { deps } = scene;
  const tx = await payOwner(scene, 20n);
  const before = await houseHolds(scene);
  const draw = () => bookDrawings(deps, drawingOf(scene, tx));
  const approvalId = await asked(draw());
  const alone = decideApproval(deps, { by, approvalId, decision: "approve" });
  expect(await refusalOf(alone)).toBe("FORBIDDEN");
  expect(await asked(draw())).toBe(approvalId);
  const capital = () => bookDrawings(deps, drawingOf(scene, tx, HOUSE.capital));
  await decideApproval(deps, { by: second, approvalId, decision: "approve" });
  expect(await asked(capital())).not.toBe(approvalId);
  const another = () => bookDrawings(deps, { ...drawingOf(scene, tx), by: second });
  expect(await asked(another())).not.toBe(approvalId);
  expect([await listed(scene), await houseHolds(scene)]).toEqual([[], before]);
  expect(await draw()).toMatchObject([{ approval: approvalId }]);
  expect((await getApproval(deps, { approvalId })).state).toBe("USED");
});

test("booked twice it is refused, by two processes at once too: once", async () => {
  await using scene = await richScene();
  const tx = await payOwner(scene, 10n);
  await using stack = new AsyncDisposableStack();
  const other = openDatabase({ url: scene.scratch.url, max: 4, role: "application" });
  stack.defer(() => other.close());
  const processes = [scene.deps, { ...scene.deps, database: other }];
  const approvalId = await asked(bookDrawings(scene.deps, drawingOf(scene, tx)));
  await decideApproval(scene.deps, { by: second, approvalId, decision: "approve" });
  const many = Array.from({ length: 8 }, (_, n) =>
    refusalOf(bookDrawings(processes[n % 2] ?? scene.deps, drawingOf(scene, tx))),
  );
  expect((await Promise.all(many)).toSorted()).toEqual([
    ...Array.from({ length: 7 }, () => "TRANSFER_CONFLICT"),
    "done",
  ]);
  expect((await listed(scene)).length).toBe(1);
  expect(await houseHolds(scene)).toEqual({ fees: 20n, capital: 100n });
  const again = await saidBy(bookDrawings(scene.deps, drawingOf(scene, tx, HOUSE.capital)));
  expect(again).toBe(
    `TRANSFER_CONFLICT: ${tx} is booked already: \`chain drawings\` shows it. There is nothing left to do.`,
  );
});
