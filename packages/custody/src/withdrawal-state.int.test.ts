import { expect, test } from "bun:test";
import { custodyScene, outside, refusalOf, type Scene } from "./testing/custody-scene.ts";
import { TRANSITIONS, type WithdrawalState } from "./withdrawal-state.ts";

const PATHS: Readonly<Record<WithdrawalState, readonly WithdrawalState[]>> = {
  REQUESTED: [],
  REJECTED: ["REJECTED"],
  APPROVED: ["APPROVED"],
  SIGNED: ["APPROVED", "SIGNED"],
  BROADCAST: ["APPROVED", "SIGNED", "BROADCAST"],
  MINED: ["APPROVED", "SIGNED", "BROADCAST", "MINED"],
  CONFIRMED: ["APPROVED", "SIGNED", "BROADCAST", "MINED", "CONFIRMED"],
  FAILED: ["APPROVED", "SIGNED", "BROADCAST", "FAILED"],
  NEEDS_REVIEW: ["APPROVED", "NEEDS_REVIEW"],
};

const STATES = Object.values(PATHS).map((path) => path.at(-1) ?? "REQUESTED");

/** Moves the row alone, as its table's owner: only the database can refuse. */
const force = (scene: Scene, id: string, to: WithdrawalState): Promise<string> =>
  refusalOf(scene.scratch.owner.sql`
    update custody.withdrawal set state = ${to}, tx = '0x1',
      approved_up_to = case when state = 'REQUESTED' and ${to} = 'APPROVED' then amount else approved_up_to end,
      failure_reason = ${to === "FAILED" || to === "REJECTED" ? "why" : null},
      waiting_for = ${to === "NEEDS_REVIEW" ? "somebody" : null}
    where id = ${id}`);

/** Gives an approved withdrawal a payment under the next number, alone and as the owner. */
const givePayment = (scene: Scene, id: string, change: { amount?: number; to?: string } = {}) => {
  const { sql } = scene.scratch.owner;
  const { amount = 1, to = outside() } = change;
  return refusalOf(
    sql.begin(async (tx) => {
      await tx`insert into custody.sender (chain, address, first_nonce, next_nonce)
        values ('scripted', 'hot', 0, 0) on conflict do nothing`;
      await tx`
        with taken as (update custody.sender set next_nonce = next_nonce + 1 returning next_nonce - 1 as nonce)
        insert into custody.payment (id, chain, sender, nonce, purpose, withdrawal, instruction, amount, gas, since_block, state, created_at)
        select gen_random_uuid(), 'scripted', 'hot', nonce, 'withdrawal', ${id},
          jsonb_build_object('kind', 'usdc', 'to', ${to}::text, 'amount', ${String(amount)}::text), ${amount}, 1, 0, 'ASSIGNED', clock.now()
        from taken`;
    }),
  );
};

/** Takes its payment to an end. */
const endPayment = async (scene: Scene, id: string, outcome: "SUCCEEDED" | "REVERTED") => {
  const { sql } = scene.scratch.owner;
  for (const state of ["SIGNED", "BROADCAST"]) {
    await sql`update custody.payment set state = ${state} where withdrawal = ${id} and outcome is null`;
  }
  await sql`update custody.payment set state = 'MINED', block_number = 1, block_hash = '0xb'
    where withdrawal = ${id} and outcome is null`;
  await sql`update custody.payment set state = 'DONE', outcome = ${outcome}, done_at = clock.now()
    where withdrawal = ${id} and outcome is null`;
};

test("the database allows the transitions of the state machine and no others", async () => {
  await using scene = await custodyScene();
  const userId = await scene.player(1000n);
  const step = async (id: string, to: WithdrawalState): Promise<string> => {
    if (to === "CONFIRMED" && (await givePayment(scene, id)) === "done") {
      await endPayment(scene, id, "SUCCEEDED");
    }
    return force(scene, id, to);
  };
  const reach = async (from: WithdrawalState, key: string): Promise<string> => {
    const id = await scene.withdraw(userId, 1n, `${from}-${key}`);
    for (const state of PATHS[from]) {
      if (state === "SIGNED" && PATHS[from].includes("CONFIRMED")) {
        expect(await givePayment(scene, id)).toBe("done");
        await endPayment(scene, id, "SUCCEEDED");
      }
      expect(await force(scene, id, state)).toBe("done");
    }
    return id;
  };
  for (const from of STATES) {
    const id = await reach(from, "");
    for (const to of STATES) {
      if (from === "MINED" && to === "CONFIRMED") continue;
      if (TRANSITIONS[from].includes(to)) {
        expect(await step(await reach(from, to), to)).toBe("done");
      } else {
        const refused = `a withdrawal cannot go from ${from} to ${to}`;
        expect(await force(scene, id, to)).toContain(from === to ? "done" : refused);
      }
    }
  }
});

test("a withdrawal is confirmed by a payment that succeeded, and by nothing else", async () => {
  await using scene = await custodyScene();
  const userId = await scene.player(100n);
  for (const outcome of [undefined, "REVERTED", "SUCCEEDED"] as const) {
    const id = await scene.withdraw(userId, 1n, `${outcome}`);
    await force(scene, id, "APPROVED");
    expect(await givePayment(scene, id)).toBe("done");
    for (const state of ["SIGNED", "BROADCAST", "MINED"] as const) await force(scene, id, state);
    if (outcome !== undefined) await endPayment(scene, id, outcome);
    expect(await force(scene, id, "CONFIRMED")).toContain(
      outcome === "SUCCEEDED" ? "done" : "confirmed by a payment",
    );
  }
});

test("the money never goes back while a payment may be mined, nor after one has succeeded", async () => {
  await using scene = await custodyScene();
  const userId = await scene.player(100n);
  const approved = async (key: string) => {
    const id = await scene.withdraw(userId, 1n, key);
    await force(scene, id, "APPROVED");
    await givePayment(scene, id);
    return id;
  };
  const open = await approved("open");
  for (const state of ["REJECTED", "NEEDS_REVIEW"] as const) {
    expect(await force(scene, open, state)).toContain("stays held");
  }
  for (const outcome of ["SUCCEEDED", "REVERTED"] as const) {
    const id = await approved(outcome);
    for (const state of ["SIGNED", "BROADCAST", "MINED", "NEEDS_REVIEW"] as const) {
      expect(await force(scene, id, state)).toBe("done");
    }
    expect(await force(scene, id, "FAILED")).toContain("stays held");
    await endPayment(scene, id, outcome);
    const refused = outcome === "SUCCEEDED" ? "stays held" : "done";
    expect(await force(scene, id, "FAILED")).toContain(refused);
  }
});

test("a withdrawal has one payment: the amount, to the address, when it is approved", async () => {
  await using scene = await custodyScene();
  const userId = await scene.player(100n);
  const id = await scene.withdraw(userId, 1n, "k");
  const wrong = "pays an approved withdrawal";
  expect(await givePayment(scene, id)).toContain(wrong);
  await force(scene, id, "APPROVED");
  expect(await givePayment(scene, id, { amount: 2 })).toContain(wrong);
  expect(await givePayment(scene, id, { to: outside(1) })).toContain(wrong);
  expect(await givePayment(scene, id)).toBe("done");
  expect(await givePayment(scene, id)).toContain("payment_pays_once");
  await endPayment(scene, id, "REVERTED");
  expect(await givePayment(scene, id)).toBe("done");
  await endPayment(scene, id, "SUCCEEDED");
  expect(await givePayment(scene, id)).toContain("payment_pays_once");
});

test("a number is used once, and what was signed under it stays what it is", async () => {
  await using scene = await custodyScene();
  const { sql } = scene.scratch.owner;
  const userId = await scene.player(100n);
  await scene.withdraw(userId, 1n, "a");
  await scene.withdraw(userId, 1n, "b");
  await scene.advance();
  const refused = async (change: PromiseLike<unknown>, why: string) =>
    expect(await refusalOf(change)).toContain(why);
  await refused(
    sql`insert into custody.payment (id, chain, sender, nonce, purpose, instruction, amount, gas, state, created_at)
      select gen_random_uuid(), chain, sender, nonce, 'fill', '{"kind": "nothing"}', 0, gas, 'ASSIGNED', created_at
      from custody.payment`,
    "payment_number_once",
  );
  await refused(sql`update custody.payment set nonce = nonce + 7`, "never changes");
  await refused(sql`update custody.payment set amount = 9`, "never changes");
  await refused(
    sql`update custody.payment set purpose = 'fill', withdrawal = null`,
    "never changes",
  );
  await refused(sql`update custody.payment set state = 'SIGNED'`, "cannot go from");
  await refused(sql`update custody.payment_attempt set raw = '{}'`, "never changes");
  await refused(sql`delete from custody.payment_attempt`, "is refused");
  await refused(sql`delete from custody.payment`, "is refused");
  await refused(
    sql`insert into custody.payment_attempt (payment, n, hash, raw, max_fee_per_gas, max_priority_fee_per_gas)
      select payment, n + 2, hash || 'x', raw, 1, 1 from custody.payment_attempt`,
    "without gaps",
  );
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
    "update custody.payment set nonce = 1",
    "update custody.payment_attempt set raw = ''",
    "update custody.sender set first_nonce = 0",
    "update ledger.account set balance = 0",
  ]) {
    expect(await refusalOf(database.sql.unsafe(change))).toContain("permission denied");
  }
});
