import { expect, test } from "bun:test";
import { custodyScene, outside, refusalOf, type Scene } from "./testing/custody-scene.ts";
import { TRANSITIONS, type WithdrawalState } from "./withdrawal-state.ts";

const PATHS: Readonly<Record<WithdrawalState, readonly WithdrawalState[]>> = {
  REQUESTED: [],
  REJECTED: ["REJECTED"],
  APPROVED: ["APPROVED"],
  BROADCAST: ["APPROVED", "BROADCAST"],
  CONFIRMED: ["APPROVED", "BROADCAST", "CONFIRMED"],
  FAILED: ["APPROVED", "FAILED"],
};

const STATES = Object.values(PATHS).map((path) => path.at(-1) ?? "REQUESTED");

/** Moves the row alone, as its table's owner: only the database can refuse. */
const force = (scene: Scene, id: string, to: WithdrawalState): Promise<string> =>
  refusalOf(scene.scratch.owner.sql`
    update custody.withdrawal set state = ${to}, tx = '0x1',
      failure_reason = ${to === "FAILED" || to === "REJECTED" ? "why" : null}
    where id = ${id}`);

test("the database allows the transitions of the state machine and no others", async () => {
  await using scene = await custodyScene();
  const userId = await scene.player(100n);
  const reach = async (from: WithdrawalState, key: string): Promise<string> => {
    const id = await scene.withdraw(userId, 1n, `${from}-${key}`);
    for (const step of PATHS[from]) expect(await force(scene, id, step)).toBe("done");
    return id;
  };
  for (const from of STATES) {
    const id = await reach(from, "");
    for (const to of STATES) {
      if (TRANSITIONS[from].includes(to)) {
        expect(await force(scene, await reach(from, to), to)).toBe("done");
      } else {
        const refused = `a withdrawal cannot go from ${from} to ${to}`;
        expect(await force(scene, id, to)).toContain(from === to ? "done" : refused);
      }
    }
  }
});

test("what a withdrawal pays, to whom and for whom never changes", async () => {
  await using scene = await custodyScene();
  const [userId, other] = [await scene.player(100n), await scene.player()];
  await scene.withdraw(userId, 1n, "k");
  const { sql } = scene.scratch.owner;
  for (const change of [
    sql`update custody.withdrawal set amount = 2`,
    sql`update custody.withdrawal set user_id = ${other}`,
    sql`update custody.withdrawal set to_address = ${outside(1)}`,
    sql`update custody.withdrawal set idempotency_key = 'other'`,
    sql`update custody.withdrawal set created_at = created_at - interval '1 month'`,
  ]) {
    expect(await refusalOf(change)).toContain("never changes");
  }
});

test("a withdrawal begins as a request, of something", async () => {
  await using scene = await custodyScene();
  const userId = await scene.player(100n);
  await scene.withdraw(userId, 1n, "k");
  const insert = (state: string, amount: number) =>
    refusalOf(scene.scratch.owner.sql`
      insert into custody.withdrawal
        (id, user_id, chain, to_address, amount, idempotency_key, state, created_at, updated_at)
      values (gen_random_uuid(), ${userId}, 'scripted', 'a', ${amount}, 'forged', ${state}, clock.now(), clock.now())`);
  expect(await insert("APPROVED", 1)).toContain("begins as REQUESTED");
  expect(await insert("REQUESTED", 0)).toContain("withdrawal_amount_positive");
});

test("what happened stays on record, and the service may only add to it", async () => {
  await using scene = await custodyScene();
  const userId = await scene.player(100n);
  await scene.withdraw(userId, 1n, "k");
  const { owner, database } = scene.scratch;
  const tables = ["withdrawal_event", "deposit_event", "credit", "withdrawal", "deposit"];
  for (const table of tables) {
    const erase = owner.sql.unsafe(`delete from custody.${table}`);
    const clear = owner.sql.unsafe(`truncate custody.${table} cascade`);
    // Nothing was credited, so there is no row of that table to refuse about.
    expect(await refusalOf(erase)).toContain(table === "credit" ? "done" : "refused");
    expect(await refusalOf(clear)).toContain("refused");
    const asService = database.sql.unsafe(`delete from custody.${table}`);
    expect(await refusalOf(asService)).toContain("permission denied");
  }
  for (const change of [
    "update custody.withdrawal set amount = 2",
    "update custody.withdrawal_event set detail = ''",
    "update custody.deposit set user_id = user_id",
    "update custody.wallet set address = ''",
    "update ledger.account set balance = 0",
  ]) {
    expect(await refusalOf(database.sql.unsafe(change))).toContain("permission denied");
  }
});
