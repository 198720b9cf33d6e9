import { expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { constraintOf, decideApproval, transact } from "@closebell/database";
import { errorOf } from "@closebell/database/testing";
import { sql } from "drizzle-orm";
import { bookDrawings } from "./book-drawings.ts";
import { drawings } from "./tables.ts";
import { by, custodyScene, outside, refusalOf, type Scene } from "./testing/custody-scene.ts";
import {
  asked,
  cold,
  drawByTwo,
  drawingOf,
  listed,
  owner,
  payOwner,
  richScene,
  second,
} from "./testing/drawing-scene.ts";

/** A row as the verb writes it, with what a test changes. */
const rowOf = (tx: string, approval: string) => ({
  id: randomUUID(),
  chain: "scripted",
  tx,
  log: 0,
  blockNumber: 12n,
  blockHash: "0xb",
  address: cold,
  to: owner,
  amountMicroUsdc: 5n,
  account: "house/fees",
  approval,
  actor: by.actor.id,
  reason: "mine",
});

/**
 * Writes it with the service's own login, having used up the approval in the same transaction, and undoes it. Answers the
 * constraint that refuses it.
 */
const force = async (
  scene: Scene,
  tx: string,
  approval: string,
  changed: Record<string, unknown>,
): Promise<string> => {
  const refused = await errorOf(
    transact(scene.deps, async (work) => {
      await work.tx.execute(sql`
        select database.use_approval(a.action, a.subject, a.content, a.requested_by) from database.approval a where a.id = ${approval}`);
      const row = { ...rowOf(tx, approval), ...changed };
      await work.tx.execute(sql`
        insert into custody.drawing (id, chain, tx, log, block_number, block_hash, address, to_address, amount, account, approval,
          actor, reason, created_at)
        values (${row.id}, ${row.chain}, ${row.tx}, ${row.log}, ${row.blockNumber}, ${row.blockHash}, ${row.address}, ${row.to},
          ${row.amountMicroUsdc}, ${row.account}, ${row.approval}, ${row.actor}, ${row.reason}, clock.now())`);
      throw new Error("written");
    }),
  );
  return constraintOf(refused) ?? String(refused);
};

/** What two people who are no better than the service's login have agreed upon. */
const approvalOf = async ({ deps }: Scene, tx: string): Promise<string> => {
  const [asking] = await deps.database.sql<{ id: string }[]>`
    select id from database.request_approval('chain.draw', ${`scripted/${tx}`}, '{}', ${by.actor.id}::uuid, 'chain', 'mine',
      ${randomUUID()}::uuid)`;
  const approvalId = asking?.id ?? "";
  await decideApproval(deps, { by: second, approvalId, decision: "approve" });
  return approvalId;
};

test("the table holds whoever has the service's login to two people and to what a drawing is", async () => {
  await using scene = await richScene();
  const { deps } = scene;
  const tx = await payOwner(scene, 5n);
  const booked = await payOwner(scene, 3n);
  await drawByTwo(scene, booked);
  const approval = await asked(bookDrawings(deps, drawingOf(scene, tx)));
  const attempt = (changed: Record<string, unknown> = {}) => force(scene, tx, approval, changed);
  expect(await attempt()).toBe("drawing_takes_two");
  await decideApproval(deps, { by: second, approvalId: approval, decision: "approve" });
  const deposit = await scene.addressOf(await scene.player());
  for (const [changed, refusal] of [
    [{}, "Error: written"],
    [{ tx: `0x${"1".repeat(64)}` }, "drawing_takes_two"],
    [{ approval: randomUUID() }, "drawing_takes_two"],
    [{ approval: null }, "drawing_takes_two"],
    [{ amountMicroUsdc: 0n }, "drawing_amount_positive"],
    [{ amountMicroUsdc: -1n }, "drawing_amount_positive"],
    [{ account: "house/suspense" }, "drawing_account_known"],
    [{ address: outside(9) }, "drawing_from_house"],
    [{ to: cold }, "drawing_goes_outside"],
    [{ to: deposit.toUpperCase() }, "drawing_goes_outside"],
    [{ reason: "" }, "drawing_says_why"],
    [{ log: -1 }, "drawing_log_from_zero"],
  ] as const) {
    expect([changed, await attempt(changed)]).toEqual([changed, refusal]);
  }
  // as the verb finds it: used up before, by another transaction
  const [first] = await listed(scene);
  const again = { tx: booked, approval: first?.approval, log: 7 };
  expect(await attempt(again)).toBe("drawing_takes_two");
  const { owner: tables } = scene.scratch;
  await tables.sql`alter table custody.drawing disable trigger guard`;
  expect(await attempt({ tx: booked })).toBe("drawing_once");
  await tables.sql`alter table custody.drawing enable trigger guard`;
  expect((await listed(scene)).length).toBe(1);
});

test("a payment of ours is no drawing, whoever approves it", async () => {
  await using scene = await richScene();
  scene.chain.pay(scene.chain.hotWallet, 50n);
  await scene.settle();
  await scene.withdraw(await scene.player(9n), 5n, "k", owner);
  await scene.settle();
  const [attempt] = await scene.scratch.owner.sql<{ hash: string }[]>`
    select a.hash from custody.payment_attempt a join custody.payment p on p.id = a.payment where p.purpose = 'withdrawal'`;
  const tx = attempt?.hash ?? "";
  expect(await force(scene, tx, await approvalOf(scene, tx), {})).toBe("drawing_is_no_payment");
});

test("nor is anything where no money is", async () => {
  await using play = await custodyScene();
  await play.player(5n);
  const tx = `0x${"1".repeat(64)}`;
  expect(await force(play, tx, await approvalOf(play, tx), {})).toBe("drawing_of_real_money");
});

test("what was booked stays as it is, for the tables' owner too", async () => {
  await using scene = await richScene();
  await drawByTwo(scene, await payOwner(scene, 5n));
  const { owner: tables, database } = scene.scratch;
  for (const statement of [
    "update custody.drawing set amount = 1",
    "update custody.drawing set account = 'house/capital'",
    "delete from custody.drawing",
    "truncate custody.drawing",
  ]) {
    expect([statement, await refusalOf(tables.sql.unsafe(statement))]).toEqual([
      statement,
      expect.stringContaining("stays on record"),
    ]);
    expect(await refusalOf(database.sql.unsafe(statement))).toContain("permission denied");
  }
  const rows = await scene.deps.database.orm.select().from(drawings);
  expect(rows).toMatchObject([{ amountMicroUsdc: 5n, account: "house/fees" }]);
});
