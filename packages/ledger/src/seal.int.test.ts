import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { type Database, openDatabase } from "@closebell/database";
import { type ScratchDatabase, scratchDatabase } from "@closebell/database/testing";
import { sql } from "drizzle-orm";
import fc from "fast-check";
import { sealLines } from "./export-seals.ts";
import { sealTransfers } from "./seal-transfers.ts";
import { sealedBlock, sealHead, verifySeals } from "./verify-seals.ts";

let scratch: ScratchDatabase;
/** As the tables' owner, who may write transfers that no verb posts, with connections enough to hold some. */
let poster: Database;

const forget = async (): Promise<void> => {
  const { sql: owner } = scratch.owner;
  await owner.unsafe(`
    alter table ledger.transfer disable trigger user; alter table ledger.seal disable trigger user;
    delete from ledger.transfer; delete from ledger.seal; update ledger.seal_progress set through = 0;
    alter table ledger.transfer enable trigger user; alter table ledger.seal enable trigger user;
    alter sequence ledger.transfer_id restart;`);
};

/** Runs a statement past the triggers that refuse it. */
const past = (statement: string) =>
  scratch.owner.sql.unsafe(`
    alter table ledger.transfer disable trigger user; alter table ledger.seal disable trigger user;
    ${statement};
    alter table ledger.transfer enable trigger user; alter table ledger.seal enable trigger user`);

beforeAll(async () => {
  scratch = await scratchDatabase();
  poster = openDatabase({ url: scratch.url, role: "owner", max: 12 });
  await scratch.owner.sql`select ledger.ensure_period(202611), ledger.ensure_period(202612)`;
});
beforeEach(forget);
afterAll(async () => {
  await poster.close();
  await scratch[Symbol.asyncDispose]();
});

interface Posting {
  readonly transfers: number;
  readonly period: number;
  readonly fails?: boolean;
}

/** Posts in one transaction, which stays open until `release`, and then commits or fails. */
const post = (posting: Posting, release: Promise<unknown> = Promise.resolve()): Promise<void> =>
  poster.orm
    .transaction(async (tx) => {
      await tx.execute(sql`
        insert into ledger.transfer (period, kind, ref, debit, credit, amount, actor, request, posted_at)
        select ${posting.period}::int, 1, gen_random_uuid(), 1, 2, n, ${randomUUID()}::uuid, gen_random_uuid(), clock.now()
        from generate_series(1, ${posting.transfers}::int) n`);
      await release;
      if (posting.fails === true) throw new Error("undone");
    })
    .catch((error: unknown) => {
      if (!(error instanceof Error) || error.message !== "undone") throw error;
    });

const seal = (blockSize = 10_000, patienceMs = 5_000) =>
  sealTransfers(scratch, { blockSize, patienceMs });

const findings = async (): Promise<readonly string[]> =>
  (await verifySeals(scratch)).findings.map(({ finding }) => finding);

/** How many blocks hold each transfer: the ranges say so, and so do the counts that were sealed. */
const blocksOfTransfers = async (): Promise<readonly bigint[]> => {
  const rows = await scratch.database.sql<{ blocks: bigint }[]>`
    select count(b.n) as blocks from ledger.transfer x
    left join (select n, last_id, lag(last_id, 1, 0) over (order by n) as above from ledger.seal) b
      on x.id > b.above and x.id <= b.last_id
    group by x.period, x.id`;
  const [sum] = await scratch.database.sql<{ sealed: bigint }[]>`
    select coalesce(sum(transfers), 0) as sealed from ledger.seal`;
  expect(sum?.sealed ?? 0n).toBe(BigInt(rows.length));
  return rows.map(({ blocks }) => blocks);
};

describe("the seal of transfers", () => {
  test("holds every committed transfer in exactly one block, whoever posts, holds, fails and seals at once", async () => {
    const posting = fc.record({
      transfers: fc.integer({ min: 1, max: 7 }),
      period: fc.constantFrom(202611, 202612),
      fails: fc.boolean(),
      startMs: fc.integer({ min: 0, max: 10 }),
      holdMs: fc.integer({ min: 0, max: 25 }),
    });
    const plan = fc.record({
      postings: fc.array(posting, { minLength: 1, maxLength: 10 }),
      sealers: fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 4 }),
      blockSize: fc.integer({ min: 1, max: 9 }),
    });
    await fc.assert(
      fc.asyncProperty(plan, async ({ postings, sealers, blockSize }) => {
        await forget();
        await Promise.all([
          ...postings.map(async ({ startMs, holdMs, ...one }) => {
            await Bun.sleep(startMs);
            await post(one, Bun.sleep(startMs + holdMs));
          }),
          ...sealers.map(async (startMs) => {
            await Bun.sleep(startMs);
            await seal(blockSize, 5);
            // whoever verifies meanwhile raises no false alarm
            expect(await findings()).toEqual([]);
          }),
        ]);
        await seal(blockSize);
        expect((await seal(blockSize)).behind).toBe(0n);
        expect(new Set(await blocksOfTransfers())).toEqual(
          new Set(postings.some(({ fails }) => !fails) ? [1n] : []),
        );
        expect(await findings()).toEqual([]);
      }),
      { numRuns: 25 },
    );
  }, 60_000);

  test("waits for a transaction that has its ids already, and passes over ids that were never committed", async () => {
    await post({ transfers: 2, period: 202611 });
    const gate = Promise.withResolvers<void>();
    const late = post({ transfers: 3, period: 202611 }, gate.promise);
    const lost = post({ transfers: 4, period: 202612, fails: true }, gate.promise);
    while ((await poster.sql`select cardinality(ledger.transfer_writers()) as n`)[0]?.["n"] !== 2) {
      await Bun.sleep(5);
    }
    await post({ transfers: 5, period: 202612 });
    const waiting = await seal(10_000, 30);
    gate.resolve();
    await Promise.all([late, lost]);
    expect(waiting).toMatchObject({ sealed: 0, through: 0n, behind: 14n });
    expect(waiting.lagSeconds).toBeGreaterThan(0);
    expect(await seal()).toEqual({ sealed: 10, through: 14n, behind: 0n, lagSeconds: 0 });
    expect(await findings()).toEqual([]);
  });

  test("goes on over nothing but failures without a block", async () => {
    await post({ transfers: 3, period: 202611, fails: true });
    expect(await seal()).toMatchObject({ sealed: 0, through: 3n, behind: 0n });
    await post({ transfers: 1, period: 202611 });
    expect(await seal()).toMatchObject({ sealed: 1, through: 4n, behind: 0n });
    expect((await sealHead(scratch))?.n).toBe(1n);
    expect(await findings()).toEqual([]);
  });

  test("names the head of the audit log, and a log cut off behind it is found", async () => {
    await scratch.database
      .sql`insert into database.audit (actor, actor_name, action, subject, request_id)
      values (${randomUUID()}, 'x', 'a.b', 's', ${randomUUID()})`;
    await seal();
    const [block] = await Array.fromAsync(sealLines(scratch));
    expect(block).toMatchObject({ n: 1n, transfers: 0, auditHash: expect.any(String) });
    expect(await sealedBlock(scratch, { n: 1n })).toBe(block?.hash ?? "");
    expect(await findings()).toEqual([]);
    await scratch.owner.sql.unsafe(`
      alter table database.audit disable trigger user; alter table database.audit_chain disable trigger user;
      delete from database.audit_chain; delete from database.audit;
      alter table database.audit enable trigger user; alter table database.audit_chain enable trigger user;`);
    expect(await findings()).toEqual([`the audit log had another link ${block?.auditN}`]);
  });

  test("shows any one transfer edited, removed or slipped in, among however many blocks", async () => {
    const tamper = fc.record({
      transfers: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 }),
      blockSize: fc.integer({ min: 1, max: 6 }),
      place: fc.double({ min: 0, max: 1, noNaN: true }),
      how: fc.constantFrom(
        (id: number) => `update ledger.transfer set amount = amount + 1 where id = ${id}`,
        (id: number) => `update ledger.transfer set credit = credit + 1 where id = ${id}`,
        (id: number) => `update ledger.transfer set id = id + 100 where id = ${id}`,
        (id: number) => `delete from ledger.transfer where id = ${id}`,
        slip,
      ),
    });
    await fc.assert(
      fc.asyncProperty(tamper, async ({ transfers, blockSize, place, how }) => {
        await forget();
        for (const count of transfers) await post({ transfers: count, period: 202611 });
        await seal(blockSize);
        expect(await findings()).toEqual([]);
        const last = transfers.reduce((sum, count) => sum + count, 0);
        await past(how(Math.max(1, Math.ceil(place * last))));
        expect(await findings()).not.toEqual([]);
      }),
      { numRuns: 30 },
    );
  }, 60_000);

  test("shows whatever was edited, removed or slipped in, wherever it was", async () => {
    const cases = [
      ["update ledger.transfer set amount = amount + 1 where id = 5", "edited"],
      ["update ledger.transfer set debit = 2, credit = 1 where id = 5", "edited"],
      ["update ledger.transfer set kind = 2 where id = 5", "edited"],
      ["update ledger.transfer set ref = gen_random_uuid() where id = 1", "edited"],
      ["update ledger.transfer set actor = gen_random_uuid() where id = 12", "edited"],
      ["update ledger.transfer set request = gen_random_uuid() where id = 12", "edited"],
      ["update ledger.transfer set posted_at = posted_at + interval '1 microsecond'", "edited"],
      ["update ledger.transfer set period = 202612 where id = 3", "edited"],
      ["delete from ledger.transfer where id = 1", "transfers removed"],
      ["delete from ledger.transfer where id = 12", "transfers removed"],
      [slip(5), "transfers slipped in"],
      [slip(0), "transfer 0: slipped in, or its block removed"],
      [slip(13), "transfer 13: slipped in, or its block removed"],
      [slip(4_000_000_000), "transfer 4000000000: slipped in, or its block removed"],
      ["update ledger.seal set transfers = 3 where n = 2", "edited"],
      ["update ledger.seal set hash = sha256('x') where n = 2", "edited"],
      ["delete from ledger.seal where n = 2", "blocks removed before it"],
      ["delete from ledger.seal where n = 3", "transfer 9: slipped in, or its block removed"],
    ] as const;
    for (const [statement, finding] of cases) {
      await forget();
      for (const period of [202611, 202612, 202611]) await post({ transfers: 4, period });
      await seal(4);
      expect(await findings()).toEqual([]);
      await past(statement);
      expect([statement, await findings()]).toEqual([statement, expect.arrayContaining([finding])]);
    }
  });
});

const slip = (id: number): string => `
  insert into ledger.transfer (id, period, kind, ref, debit, credit, amount, actor, request, posted_at)
  values (${id}, 202612, 1, gen_random_uuid(), 1, 2, 1, gen_random_uuid(), gen_random_uuid(), clock.now())`;
