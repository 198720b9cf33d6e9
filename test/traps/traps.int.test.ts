import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { connect, type SqlClient } from "../../packages/database/src/connect.ts";
import { startEmbedded } from "../../packages/database/src/embedded/index.ts";
import { createBetIntake } from "../../packages/rounds/src/index.ts";
import { eventually, ROOT, scratchFolder } from "../e2e/run-program.ts";
import { explained } from "./explained.ts";
import { betOf, placeBatch, ROUND, trapStage } from "./stage.ts";

// Each trap that was fallen into while this was measured. scripts/traps.ts puts them back one by one, and each must make
// its tests here fail. What a trap costs in time is shown by what it makes PostgreSQL do, never by a clock.
setDefaultTimeout(120_000);

/** Rows of bets and of accounts that were fetched since the database was made, whether in sequence or by an index. */
const fetched = async (admin: SqlClient) => {
  const rows = await admin<{ name: string; rows: bigint }[]>`
    select relname as name, seq_tup_read + coalesce(idx_tup_fetch, 0) as rows from pg_stat_user_tables
    where relname in ('bet_202611', 'account') order by relname desc`;
  return rows.map((row) => Number(row.rows));
};

/** What PostgreSQL may know of a partition when the first bet of a connection is planned. */
const BEFORE = {
  "nothing of it": "",
  "that it was vacuumed, empty": "vacuum analyze rounds.bet_202611",
  "that it has one row": `
    insert into rounds.bet (round_id, id, user_id, key, stake, accepted_at, side, stripe)
      select ${ROUND}, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 1, clock.now(), 'UP', 1;
    analyze rounds.bet`,
} as const;

describe("trap 1: a plan cached while a partition is empty", () => {
  test("whatever was known of it then, a bet reads no more than its own rows once it is large", async () => {
    for (const [known, statement] of Object.entries(BEFORE)) {
      await using stage = await trapStage();
      const { admin } = stage;
      const deps = stage.deps(1);
      /** Bets and accounts that each of `count` bets made PostgreSQL fetch. */
      const reads = async (work: () => Promise<void>, count: number) => {
        const flush = async () => {
          await deps.database.sql`select pg_stat_force_next_flush()`;
          await deps.database.sql`select 1`;
          return fetched(admin);
        };
        const [bets = 0, accounts = 0] = await flush();
        await work();
        const [betsThen = 0, accountsThen = 0] = await flush();
        return { bets: (betsThen - bets) / count, accounts: (accountsThen - accounts) / count };
      };
      const users = await stage.seat(100, 1_000_000n);
      for (const part of statement.split(";").filter((text) => text !== "")) {
        await admin.unsafe(part);
      }
      const small = await reads(async () => {
        for (let batch = 0; batch < 12; batch += 1) {
          await placeBatch(
            deps,
            users.slice(0, 10).map((user) => betOf(user)),
          );
        }
      }, 120);
      await stage.seat(20_000, 0n);
      await admin.begin(async (tx) => {
        await tx`
          insert into rounds.bet (round_id, id, user_id, key, stake, accepted_at, side, stripe)
          select ${ROUND}, gen_random_uuid(), a.owner, gen_random_uuid(), 1, clock.now(), 'UP', 1
          from ledger.account a where a.owner is not null`;
        await tx`select pg_stat_force_next_flush()`;
      });
      await deps.database.sql`select pg_stat_force_next_flush()`;
      await deps.database.sql`select 1`;
      const large = await reads(async () => {
        for (let batch = 0; batch < 10; batch += 1) {
          const results = await placeBatch(
            deps,
            users.map((user) => betOf(user)),
          );
          expect(new Set(results)).toEqual(new Set(["ACCEPTED"]));
        }
      }, 1_000);
      for (const { bets, accounts } of [small, large]) {
        // a plan that reads many where there are few reads all where there are many
        expect({ known, bets, accounts, few: bets <= 1 && accounts <= 6 }).toMatchObject({
          few: true,
        });
      }
    }
  });
});

describe("trap 2: a plan pinned too broadly", () => {
  test("ten times the bets in a batch are no more than some ten times the rows at work", async () => {
    await using stage = await trapStage();
    const users = await stage.seat(1_000, 1_000_000n);
    await using told = await explained(stage.house.scratch.url);
    const deps = {
      ids: stage.house.deps.ids,
      database: { ...stage.house.scratch.database, sql: told.sql },
    };
    const batch = (size: number) => () =>
      placeBatch(
        deps,
        users.slice(0, size).map((user) => betOf(user)),
      );
    await batch(10)();
    const small = await told.rows(batch(100));
    const large = await told.rows(batch(1_000));
    expect(small).toBeGreaterThan(100);
    expect(large / small).toBeLessThan(20);
  });
});

const waiting = async (admin: SqlClient): Promise<number> => {
  const [found] = await admin<{ n: bigint }[]>`
    select count(*) as n from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`;
  return Number(found?.n);
};

describe("trap 3: accounts locked in the statement that judges", () => {
  test("a bet that waited for its account sees what the one before it has written", async () => {
    await using stage = await trapStage();
    const [user = ""] = await stage.seat(1, 100n);
    const key = randomUUID();
    const first = stage.deps(1);
    await first.database.sql`begin`;
    expect(await placeBatch(first, [betOf(user, 60n, key)])).toEqual(["ACCEPTED"]);
    const second = placeBatch(stage.deps(1), [betOf(user, 60n, key)], { patienceMs: 10_000 });
    await eventually("the second waits", async () => (await waiting(stage.admin)) === 1);
    await first.database.sql`commit`;
    expect(await second).toEqual(["REPLAYED"]);
  });
});

describe("trap 4: two bets of one user, or one key twice, in a batch", () => {
  test("the second waits for the next batch, and is judged by what the first left", async () => {
    await using stage = await trapStage();
    const { deps } = stage.house;
    const [user = "", other = ""] = await stage.seat(2, 100n);
    const key = randomUUID();
    expect(await placeBatch(deps, [betOf(user, 60n), betOf(user, 60n)])).toEqual([
      "ACCEPTED",
      "BUSY",
    ]);
    expect(await placeBatch(deps, [betOf(other, 10n, key), betOf(other, 10n, key)])).toEqual([
      "ACCEPTED",
      "BUSY",
    ]);
  });

  test("through the intake each of them has its answer, and no batch had to be undone", async () => {
    await using stage = await trapStage();
    const [user = ""] = await stage.seat(1, 100n);
    const deps = stage.deps(1);
    const intake = createBetIntake(deps, { shards: 1 });
    const undone = async () => {
      await deps.database.sql`select pg_stat_force_next_flush()`;
      await deps.database.sql`select 1`;
      const [row] = await stage.admin<{ n: bigint }[]>`
        select xact_rollback as n from pg_stat_database where datname = current_database()`;
      return row?.n;
    };
    const before = await undone();
    const key = randomUUID();
    const answers = await Promise.allSettled([
      intake.place(betOf(user, 60n, key)),
      intake.place(betOf(user, 60n, key)),
      intake.place(betOf(user, 60n)),
    ]);
    await intake.close();
    expect(
      answers.map((answer) =>
        answer.status === "fulfilled" ? answer.value.replayed : String(answer.reason),
      ),
    ).toEqual([false, true, expect.stringContaining("balance is below the stake")]);
    expect(await undone()).toBe(before);
  });
});

describe("trap 5: a row lock as the fence", () => {
  test("a batch that comes while the lock of the round waits, waits behind it; no multixact is made", async () => {
    await using stage = await trapStage();
    const [one = "", two = "", three = ""] = await stage.seat(3, 100n);
    const lockOfRound = async () => {
      const [row] = await stage.admin<{ xmax: string }[]>`
        select xmax::text from rounds.round where id = ${ROUND}`;
      return row?.xmax;
    };
    const before = await lockOfRound();
    const holders = [stage.deps(1), stage.deps(1)] as const;
    for (const [n, holder] of holders.entries()) {
      await holder.database.sql`begin`;
      await placeBatch(holder, [betOf(n === 0 ? one : two)], { stripe: n });
    }
    const during = await lockOfRound();
    const locker = stage.deps(1).database.sql`select rounds.fence(${ROUND}::int)`.execute();
    await eventually("the locker waits", async () => (await waiting(stage.admin)) === 1);
    const late = placeBatch(stage.deps(1), [betOf(three)], { stripe: 2 });
    try {
      await eventually("it waits", async () => (await waiting(stage.admin)) === 2, 10_000);
    } finally {
      for (const { database } of holders) await database.sql`commit`;
      await Promise.all([locker, late]);
    }
    expect(during).toBe(before);
  });
});

describe("trap 6: random ids, and pages without room", () => {
  test("bets come in the order of their ids: the index is filled page by page", async () => {
    await using stage = await trapStage();
    const users = await stage.seat(500, 1_000_000n);
    const intake = createBetIntake(stage.house.deps, { shards: 1 });
    for (let n = 0; n < 30; n += 1) {
      await Promise.all(users.map((user) => intake.place(betOf(user))));
    }
    await intake.close();
    const [index] = await stage.admin<{ bytes: bigint; bets: bigint }[]>`
      select pg_relation_size(i.indexrelid) as bytes, (select count(*) from rounds.bet) as bets
      from pg_index i where i.indrelid = 'rounds.bet_202611'::regclass and i.indisprimary`;
    expect(index?.bets).toBe(15_000n);
    // an entry of an integer and a UUID takes 36 bytes with its pointer; pages nine tenths full make 40
    expect(Number(index?.bytes) / Number(index?.bets)).toBeLessThan(46);
  });

  test("a balance changes beside its old version: no index of the accounts is touched", async () => {
    await using stage = await trapStage();
    const deps = stage.deps(1);
    const users = await stage.seat(2_000, 1_000_000n);
    // once each: for more, old versions would have to be cleared away, which other tests' transactions may put off
    for (let from = 0; from < users.length; from += 500) {
      await placeBatch(
        deps,
        users.slice(from, from + 500).map((user) => betOf(user)),
      );
    }
    await deps.database.sql`select pg_stat_force_next_flush()`;
    await deps.database.sql`select 1`;
    const [updates] = await stage.admin<{ hot: bigint; total: bigint }[]>`
      select n_tup_hot_upd as hot, n_tup_upd as total from pg_stat_user_tables
      where schemaname = 'ledger' and relname = 'account'`;
    expect(Number(updates?.total)).toBeGreaterThanOrEqual(2_000);
    expect(Number(updates?.hot) / Number(updates?.total)).toBeGreaterThan(0.95);
  });
});

describe("trap 7: commit_delay", () => {
  test("the embedded server commits at once", async () => {
    await using folder = await scratchFolder();
    await using stop = new AsyncDisposableStack();
    const server = await startEmbedded({ dataDir: `${folder.path}/data` });
    stop.defer(() => server.stop());
    const admin = connect({ url: server.url, max: 1, parameters: {} });
    const [set] = await admin<{ delay: string }[]>`
      select current_setting('commit_delay') as delay`;
    await admin.end({ timeout: 1 });
    expect(set?.delay).toBe("0");
  });

  test("nothing that production runs on sets it", async () => {
    const files = await readdir(join(ROOT, "infra"), { recursive: true, withFileTypes: true });
    const paths = files
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    const texts = [...paths, join(ROOT, "docker-compose.yml")].map((path) =>
      readFile(path, "utf8"),
    );
    expect(texts.length).toBeGreaterThan(5);
    expect((await Promise.all(texts)).filter((text) => text.includes("commit_delay"))).toEqual([]);
  });
});

describe("trap 8: a crash between commit and answer", () => {
  test("a bet whose answer was lost is found by its key, and not taken again", async () => {
    await using stage = await trapStage();
    const [user = ""] = await stage.seat(1, 100n);
    const lost = betOf(user, 10n);
    expect(await placeBatch(stage.house.deps, [lost])).toEqual(["ACCEPTED"]);
    const [first] = await stage.admin<{ id: string }[]>`
      select id from rounds.bet where user_id = ${user}::uuid`;
    const again = await stage.house.intake.place(lost);
    expect([again.replayed, again.bet.id]).toEqual([true, first?.id ?? ""]);
    expect(await stage.house.available(user)).toBe(90n);
  });
});

describe("trap 9: one bet that breaks its batch", () => {
  test("its neighbours are taken, it alone fails", async () => {
    await using stage = await trapStage();
    const users = await stage.seat(33, 100n);
    const poison = users[17] ?? "";
    await stage.admin.unsafe(`
      create function public.poison() returns trigger language plpgsql as $$
      begin
        if new.user_id = '${poison}' then raise exception 'poison'; end if;
        return new;
      end $$;
      create trigger poison before insert on rounds.bet for each row execute function public.poison();`);
    const intake = createBetIntake(stage.house.deps, { shards: 1 });
    const answers = await Promise.allSettled(users.map((user) => intake.place(betOf(user))));
    await intake.close();
    const failed = users.filter((_, n) => answers[n]?.status === "rejected");
    expect(failed).toEqual([poison]);
  });
});

describe("trap 10: a queue without a bound", () => {
  test("what is more than may wait is refused at once, and told when to come again", async () => {
    await using stage = await trapStage();
    const users = await stage.seat(200, 100n);
    const intake = createBetIntake(stage.deps(4), { maxWaiting: 50, maxBatch: 10 });
    const fenced = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const fence = stage.admin.begin(async (tx) => {
      await tx`select rounds.fence(${ROUND}::int)`;
      fenced.resolve();
      await release.promise;
    });
    await fenced.promise;
    const placed = users.map((user) =>
      intake.place(betOf(user)).then(
        () => "taken",
        (error: unknown) =>
          `${String(Reflect.get(Object(error), "code"))} ${String(Reflect.get(Object(error), "retryAfterSeconds"))}`,
      ),
    );
    const most = intake.waiting();
    release.resolve();
    await fence;
    const answers = await Promise.all(placed);
    await intake.close();
    expect(most).toBeLessThanOrEqual(50);
    expect(new Set(answers)).toEqual(new Set(["taken", "OVERLOADED 1"]));
    expect(answers.filter((answer) => answer === "taken").length).toBeGreaterThanOrEqual(50);
  });
});

describe("trap 11: one locked account", () => {
  test("the others of its batch are taken while it stays locked", async () => {
    await using stage = await trapStage();
    const users = await stage.seat(20, 100n);
    const [stuck = "", ...others] = users;
    const intake = createBetIntake(stage.deps(4), { shards: 1 });
    const held = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const holder = stage.admin.begin(async (tx) => {
      await tx`select from ledger.account where owner = ${stuck} for update`;
      held.resolve();
      await release.promise;
    });
    await held.promise;
    let taken = 0;
    const alone = intake.place(betOf(stuck)).catch(() => undefined);
    const rest = others.map((user) => intake.place(betOf(user)).then(() => (taken += 1)));
    try {
      await eventually("its neighbours taken", () => taken === others.length, 10_000);
    } finally {
      release.resolve();
      await Promise.all([holder, alone, ...rest]);
      await intake.close();
    }
  });
});
