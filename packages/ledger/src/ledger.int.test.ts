import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { type By, randomIds, SYSTEM_ACTORS } from "@closebell/context";
import { memoryEvents, silentLogger } from "@closebell/context/testing";
import { constraintOf, snapshot, sqlStateOf, transact, type Deps } from "@closebell/database";
import { byTwo, errorOf, scratchDatabase, type ScratchDatabase } from "@closebell/database/testing";
import { microUsdc } from "@closebell/money";
import { sql } from "drizzle-orm";
import fc from "fast-check";
import {
  HOUSE,
  accountStatement,
  balancesOf,
  correctTransfer,
  ensurePeriod,
  openAccounts,
  openCustodyAccount,
  openUserAccounts,
  periodOf,
  postTransfers,
  reconcile,
  trialBalance,
  tvl,
  userAccount,
} from "./index.ts";

const PERIOD = 202611;
/** Any registered kind will do; this one is the ledger's own. */
const KIND = 1;

let scratch: ScratchDatabase;
let deps: Deps;
const by: By = { actor: SYSTEM_ACTORS.scheduler, requestId: randomUUID(), reason: "a test" };

beforeAll(async () => {
  scratch = await scratchDatabase();
  deps = {
    database: scratch.database,
    events: memoryEvents(),
    ids: randomIds,
    log: silentLogger,
  };
  await transact(deps, async (work) => {
    await ensurePeriod(work, PERIOD);
    await openCustodyAccount(work, "test");
  });
});

afterAll(async () => {
  const failed = (await snapshot(deps, reconcile)).filter(({ ok }) => !ok);
  expect(failed).toEqual([]);
  await scratch[Symbol.asyncDispose]();
});

const post = (
  debit: string,
  credit: string,
  amount: bigint,
  options: { readonly ref?: string; readonly period?: number } = {},
) =>
  transact(deps, (work) =>
    postTransfers(work, {
      by,
      period: options.period ?? PERIOD,
      kind: KIND,
      transfers: [{ ref: options.ref ?? randomUUID(), debit, credit, amount: microUsdc(amount) }],
    }),
  );

const newUser = async (balance: bigint): Promise<string> => {
  const id = randomUUID();
  await transact(deps, (work) => openUserAccounts(work, id));
  if (balance > 0n) await post("custody/test", userAccount(id, "available"), balance);
  return id;
};

const balance = async (code: string): Promise<bigint | undefined> =>
  (await snapshot(deps, (tx) => balancesOf(tx, [code]))).get(code);

describe("a transfer", () => {
  test("moves one amount from one account to another", async () => {
    const [ann, bob] = [await newUser(10n), await newUser(0n)];
    expect(await post(userAccount(ann, "available"), userAccount(bob, "held"), 4n)).toBe(1);
    expect(await balance(userAccount(ann, "available"))).toBe(6n);
    expect(await balance(userAccount(bob, "held"))).toBe(4n);
  });

  test("posted twice is there once; with other content under its key it is refused", async () => {
    const ann = userAccount(await newUser(10n), "available");
    const ref = randomUUID();
    expect(await post(ann, HOUSE.fees, 3n, { ref })).toBe(1);
    expect(await post(ann, HOUSE.fees, 3n, { ref })).toBe(0);
    await expect(post(ann, HOUSE.fees, 2n, { ref })).rejects.toMatchObject({
      code: "TRANSFER_CONFLICT",
    });
    await expect(post(ann, HOUSE.suspense, 3n, { ref })).rejects.toMatchObject({
      code: "TRANSFER_CONFLICT",
    });
    expect(await balance(ann)).toBe(7n);
  });

  test("posted ten times at once is there once", async () => {
    const ann = userAccount(await newUser(10n), "available");
    const ref = randomUUID();
    const posted = await Promise.all(
      Array.from({ length: 10 }, () => post(ann, HOUSE.fees, 1n, { ref })),
    );
    expect(posted.reduce((sum, one) => sum + one, 0)).toBe(1);
    expect(await balance(ann)).toBe(9n);
  });

  test("never takes a user's or a round's account below zero, however many try at once", async () => {
    const ann = userAccount(await newUser(10n), "available");
    const tries = await Promise.allSettled(
      Array.from({ length: 8 }, () => post(ann, HOUSE.fees, 3n)),
    );
    expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
    for (const one of tries) {
      if (one.status === "rejected") expect(one.reason.code).toBe("INSUFFICIENT_FUNDS");
    }
    expect(await balance(ann)).toBe(1n);
  });

  test("to no account, of nothing, to itself, or beyond 64 bits is refused", async () => {
    const ann = userAccount(await newUser(10n), "available");
    await expect(post(ann, "house/nowhere", 1n)).rejects.toMatchObject({
      code: "ACCOUNT_NOT_FOUND",
    });
    for (const [credit, amount, constraint] of [
      [HOUSE.fees, 0n, "transfer_amount_positive"],
      [HOUSE.fees, -1n, "transfer_amount_positive"],
      [ann, 1n, "transfer_two_accounts"],
    ] as const) {
      const refused = await post(ann, credit, amount).catch((error: unknown) => error);
      expect(constraintOf(refused)).toBe(constraint);
    }
    await post("custody/test", HOUSE.capital, 2n ** 62n);
    await expect(post("custody/test", HOUSE.capital, 2n ** 62n)).rejects.toMatchObject({
      code: "AMOUNT_OVERFLOW",
    });
    await post(HOUSE.capital, "custody/test", 2n ** 62n);
    expect(await balance(ann)).toBe(10n);
  });

  test("is posted with its neighbours or not at all", async () => {
    const ann = userAccount(await newUser(10n), "available");
    const transfers = [8n, 8n].map((amount) => ({
      ref: randomUUID(),
      debit: ann,
      credit: HOUSE.fees,
      amount: microUsdc(amount),
    }));
    await expect(
      transact(deps, (work) => postTransfers(work, { by, period: PERIOD, kind: KIND, transfers })),
    ).rejects.toMatchObject({ code: "INSUFFICIENT_FUNDS" });
    expect(await balance(ann)).toBe(10n);
  });

  test("of a period that was not made, or of a kind nobody registered, is refused", async () => {
    const ann = userAccount(await newUser(10n), "available");
    const unmade = await post(ann, HOUSE.fees, 1n, { period: 204001 }).catch((e: unknown) => e);
    expect(sqlStateOf(unmade)).toBe("23514");
    const unknown = await transact(deps, (work) =>
      postTransfers(work, {
        by,
        period: PERIOD,
        kind: 999,
        transfers: [{ ref: randomUUID(), debit: ann, credit: HOUSE.fees, amount: microUsdc(1n) }],
      }),
    ).catch((error: unknown) => error);
    expect(sqlStateOf(unknown)).toBe("23503");
  });
});

describe("the books", () => {
  test("can't be written by the application, and by nobody but by adding to them", async () => {
    await newUser(1n);
    const as = async (who: ScratchDatabase["owner"], statement: string) => {
      try {
        await who.sql.unsafe(statement);
        return "done";
      } catch (error) {
        return sqlStateOf(error);
      }
    };
    for (const statement of [
      "update ledger.account set balance = 1",
      "insert into ledger.account (code, lock_rank, floored) values ('house/mine', 3, false)",
      "delete from ledger.account",
      "truncate ledger.account cascade",
      "update ledger.transfer set amount = 1",
      "delete from ledger.transfer",
      "truncate ledger.transfer",
      "truncate ledger.transfer_202611",
      "insert into ledger.transfer_kind values (77, 'mine')",
      "select ledger.register_kind(77::smallint, 'mine')",
    ]) {
      expect([statement, await as(scratch.database, statement)]).toEqual([statement, "42501"]);
    }
    for (const statement of [
      "update ledger.transfer set amount = 1",
      "delete from ledger.transfer",
      "truncate ledger.transfer cascade",
      "truncate ledger.transfer_202611 cascade",
      "update ledger.account set code = code || 'x'",
      "delete from ledger.account",
    ]) {
      expect([statement, await as(scratch.owner, statement)]).toEqual([statement, "23000"]);
    }
  });

  test("show an account its transfers, newest first, page by page", async () => {
    const ann = userAccount(await newUser(100n), "available");
    for (const amount of [1n, 2n, 3n]) await post(ann, HOUSE.fees, amount);
    const first = await accountStatement(deps, { code: ann, limit: 3 });
    expect(first.items.map(({ amount }) => BigInt(amount))).toEqual([-3n, -2n, -1n]);
    expect(first.items[0]).toMatchObject({
      counterpart: "house/fees",
      kind: "correction",
      period: PERIOD,
      actor: by.actor.id,
      request: by.requestId,
    });
    const cursor = first.nextCursor ?? "";
    const second = await accountStatement(deps, { code: ann, limit: 3, cursor });
    expect(second.items.map(({ amount }) => BigInt(amount))).toEqual([100n]);
    expect(second.nextCursor).toBeNull();
    await expect(
      accountStatement(deps, { code: HOUSE.fees, limit: 3, cursor }),
    ).rejects.toMatchObject({ code: "CURSOR_INVALID" });
    await expect(accountStatement(deps, { code: "user/x/y", limit: 3 })).rejects.toMatchObject({
      code: "ACCOUNT_NOT_FOUND",
    });
  });

  test("list the transfers of a round's account too, though no index does", async () => {
    const codes = ["round/test/up/0", "round/test/settlement"];
    await transact(deps, (work) => openAccounts(work, { codes, lockRank: 2, floored: true }));
    const ann = userAccount(await newUser(10n), "available");
    await post(ann, "round/test/up/0", 4n);
    await post("round/test/up/0", "round/test/settlement", 3n);
    const { items } = await accountStatement(deps, { code: "round/test/up/0", limit: 5 });
    expect(items.map(({ amount }) => BigInt(amount))).toEqual([-3n, 4n]);
    const [ids] = await deps.database.orm.execute<{ below: boolean }>(
      sql`select bool_and(id < 0) as below from ledger.account where code like 'round/test/%'`,
    );
    expect(ids?.below).toBe(true);
  });

  test("take nothing one-legged, whatever the application sends", async () => {
    const user = await newUser(10n);
    const one = sql`array[${randomUUID()}::uuid]`;
    const account = sql`array[(select id from ledger.account where owner = ${user}::uuid and purpose = 'available')]`;
    const nowhere = sql`array[999999999999::bigint]`;
    const amounts = sql`array[5::bigint]`;
    const kind = sql`${PERIOD}::int, 1::smallint`;
    const attempts = [
      sql`select ledger.post(${kind}, ${one}, ${nowhere}, ${account}, ${amounts}, ${one}, ${one})`,
      sql`select ledger.post(${kind}, ${one}, ${account}, ${nowhere}, ${amounts}, ${one}, ${one})`,
      sql`select ledger.post_new(${kind}, ${one}, l.accounts, l.places, ${nowhere}, ${amounts}, ${one}, ${one}, clock.now())
        from ledger.lock_owners(array[${user}::uuid], 'available', 0) l`,
    ];
    for (const attempt of attempts) {
      const error = await errorOf(deps.database.orm.execute(attempt));
      expect(constraintOf(error)).toBe("account_exists");
    }
    expect(await balance(userAccount(user, "available"))).toBe(10n);
  });

  test("take a correction as a new transfer that names the wrong one, up to its amount", async () => {
    const ann = userAccount(await newUser(10n), "available");
    const ref = randomUUID();
    await post(ann, HOUSE.fees, 6n, { ref });
    const transfer = { period: PERIOD, kind: "correction", ref };
    await byTwo(correctTransfer)(deps, { by, transfer, amount: microUsdc(4n) });
    expect(await balance(ann)).toBe(8n);
    const people = [by, { ...by, actor: SYSTEM_ACTORS.anonymous }];
    const twice = people.map((one) =>
      byTwo(correctTransfer)(deps, { by: one, transfer, amount: microUsdc(2n) }),
    );
    const results = await Promise.allSettled(twice);
    expect(results.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(await balance(ann)).toBe(10n);
    await expect(
      correctTransfer(deps, {
        by: { ...by, reason: " " },
        transfer,
        amount: microUsdc(1n),
      }),
    ).rejects.toMatchObject({ code: "VALIDATION_FAILED" });
    await expect(
      correctTransfer(deps, {
        by,
        transfer: { ...transfer, ref: randomUUID() },
        amount: microUsdc(1n),
      }),
    ).rejects.toMatchObject({ code: "TRANSFER_NOT_FOUND" });
  });

  test("tell what is locked: custody less what is the house's own", async () => {
    const before = await tvl(deps);
    const ann = userAccount(await newUser(100n), "available");
    await post(ann, HOUSE.fees, 30n);
    expect(BigInt(await tvl(deps)) - before).toBe(70n);
    const lines = await snapshot(deps, trialBalance);
    expect(lines.reduce((sum, line) => sum + line.balance, 0n)).toBe(0n);
    expect(lines.map(({ accounts }) => accounts)).toContain("user/available");
  });

  test("show an edited balance and a lost transfer in the reconciliation", async () => {
    await using broken = await scratchDatabase();
    const own: Deps = { ...deps, database: broken.database };
    const id = randomUUID();
    await transact(own, async (work) => {
      await ensurePeriod(work, PERIOD);
      await openCustodyAccount(work, "test");
      await openUserAccounts(work, id);
      await postTransfers(work, {
        by,
        period: PERIOD,
        kind: KIND,
        transfers: [
          {
            ref: randomUUID(),
            debit: "custody/test",
            credit: userAccount(id, "available"),
            amount: microUsdc(5n),
          },
        ],
      });
    });
    await broken.owner
      .sql`update ledger.account set balance = 6 where code = ${userAccount(id, "available")}`;
    const checks = await snapshot(own, reconcile);
    expect(checks.map(({ ok }) => ok)).toEqual([false, false, false]);
    expect(checks.map(({ imbalance }) => BigInt(imbalance))).toEqual([1n, 1n, -1n]);
  });
});

test("a period is made once, whoever makes it first", async () => {
  for (const period of [203001, 203002, 203003, 203004, 203005]) {
    const made = Array.from({ length: 10 }, () =>
      transact(deps, (work) => ensurePeriod(work, period)),
    );
    await Promise.all(made);
  }
  const [row] = await deps.database.orm.execute<{ partitions: bigint }>(sql`
    select count(*) as partitions from pg_inherits
    where inhparent = 'ledger.transfer'::regclass and inhrelid::regclass::text like '%transfer_2030%'`);
  expect(row?.partitions).toBe(5n);
});

test("the period of a thing is its own month, in UTC for an instant", () => {
  expect(periodOf(Temporal.PlainDate.from("2026-11-30"))).toBe(202611);
  expect(periodOf(Temporal.Instant.from("2026-11-30T23:59:59.999Z"))).toBe(202611);
  expect(periodOf(Temporal.Instant.from("2026-12-01T00:00:00Z"))).toBe(202612);
});

test("whatever is posted, by whomever, in any order: balances sum to zero and equal their transfers", async () => {
  const users = await Promise.all(Array.from({ length: 4 }, () => newUser(50n)));
  const accounts = [
    ...users.map((id) => userAccount(id, "available")),
    ...users.map((id) => userAccount(id, "withdrawing")),
    HOUSE.fees,
    HOUSE.capital,
    "custody/test",
  ];
  const refs = Array.from({ length: 12 }, () => randomUUID());
  const account = fc.constantFrom(...accounts);
  const move = fc.record({
    ref: fc.constantFrom(...refs, ...Array.from({ length: 12 }, () => randomUUID())),
    debit: account,
    credit: account,
    amount: fc.bigInt({ min: 1n, max: 60n }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(move, { minLength: 1, maxLength: 12 }), async (moves) => {
      await Promise.allSettled(
        moves.map(({ debit, credit, amount, ref }) => post(debit, credit, amount, { ref })),
      );
      const checks = await snapshot(deps, reconcile);
      expect(checks.filter(({ ok }) => !ok)).toEqual([]);
      const [low] = await deps.database.orm.execute<{ below: bigint }>(
        sql`select count(*) as below from ledger.account where floored and balance < 0`,
      );
      expect(low?.below).toBe(0n);
    }),
    { numRuns: 25 },
  );
}, 60_000);
