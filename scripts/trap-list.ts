import type { Edit } from "./damaged-copy.ts";

/** A trap of the hot paths, and how to fall into it again. Its tests are those called `trap <number>:`. */
export interface Trap {
  readonly number: number;
  readonly name: string;
  readonly edits: readonly Edit[];
}

const PLACE = "packages/rounds/migrations/0010_by_row.sql";
const KEYS = "packages/rounds/migrations/0003_hot_path.sql";
const LOCK = "packages/ledger/migrations/0007_by_row.sql";
const POST = "packages/ledger/migrations/0008_both_legs.sql";
const BOOKS = "packages/ledger/migrations/0000_books.sql";
const ROUNDS = "packages/rounds/migrations/0000_rounds.sql";
const PINS =
  "set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off\n";

export const TRAPS: readonly Trap[] = [
  {
    number: 1,
    name: "plans are cached as an empty partition suggests",
    edits: [
      { file: PLACE, find: PINS, replace: "" },
      {
        file: POST,
        find: "set plan_cache_mode = force_generic_plan set enable_seqscan = off set enable_bitmapscan = off\nset enable_hashjoin = off set enable_mergejoin = off\n",
        replace: "",
      },
      { file: POST, find: "a.ctid = m.place and ", replace: "" },
      { file: KEYS, find: " set enable_bitmapscan = off\nset enable_sort = off\n", replace: "\n" },
    ],
  },
  {
    number: 2,
    name: "the pinned plan also maps results to requests",
    edits: [
      {
        file: PLACE,
        find: "      from unnest(v_placed) as t (n);\n    if v_limited then",
        replace:
          "      from unnest(v_placed) as t (n) join unnest(p_ids) with ordinality as x (id, m) on x.m = t.n;\n    if v_limited then",
      },
    ],
  },
  {
    number: 3,
    name: "accounts are locked in the statement that judges",
    edits: [
      {
        file: PLACE,
        find: "    select l.positions, l.accounts, l.places, l.balances into v_positions, v_accounts, v_places, v_balances\n      from ledger.lock_owners(p_users, 'available', p_patience_ms) l;",
        replace: "    v_positions := '{}';",
      },
      {
        file: PLACE,
        find: "  select array_agg(j.result), array_agg(j.n) filter",
        replace: "  select array_agg(j.n), array_agg(j.result), array_agg(j.n) filter",
      },
      {
        file: PLACE,
        find: "    into v_results, v_placed, v_debits, v_debit_places\n  from (\n    select l.n",
        replace:
          "    into v_positions, v_results, v_placed, v_debits, v_debit_places\n  from (\n    select l.n",
      },
      {
        file: PLACE,
        find: "    from unnest(v_positions, v_accounts, v_places, v_balances) with ordinality as l",
        replace:
          "    from ledger.lock_owners(p_users, 'available', p_patience_ms) k\n    cross join lateral unnest(k.positions, k.accounts, k.places, k.balances) with ordinality as l",
      },
    ],
  },
  {
    number: 4,
    name: "several bets of a user, or one key twice, go in one batch",
    edits: [
      {
        file: PLACE,
        find: "        when l.account = v_accounts[l.i - 1] then 'BUSY'\n",
        replace: "",
      },
      {
        file: "packages/rounds/src/bet-queue.ts",
        find: " && !users.has(request.userId)",
        replace: "",
      },
    ],
  },
  {
    number: 5,
    name: "the fence is a lock of the round's row",
    edits: [
      {
        file: PLACE,
        find: "perform pg_advisory_xact_lock_shared(20501, p_round);",
        replace: "perform from rounds.round r where r.id = p_round for share;",
      },
      {
        file: ROUNDS,
        find: "select pg_advisory_xact_lock(20501, p_round) $$;",
        replace: "select 1 from rounds.round r where r.id = p_round for update $$;",
      },
    ],
  },
  {
    number: 6,
    name: "ids are random, and pages have no room for a new version",
    edits: [
      {
        file: "packages/context/src/ids.ts",
        find: "Bun.randomUUIDv7()",
        replace: "crypto.randomUUID()",
      },
      { file: BOOKS, find: "fillfactor = 50", replace: "fillfactor = 100" },
    ],
  },
  {
    number: 7,
    name: "commits wait for each other",
    edits: [
      {
        file: "packages/database/src/embedded/start-embedded.ts",
        find: 'jit: "off",',
        replace: 'jit: "off",\n  commit_delay: 1000,',
      },
      {
        file: "docker-compose.yml",
        find: "      - wal_compression=lz4\n",
        replace: "      - wal_compression=lz4\n      - -c\n      - commit_delay=1000\n",
      },
    ],
  },
  {
    number: 8,
    name: "a key that was used is not looked up",
    edits: [
      { file: KEYS, find: "x.key = p_keys[t.n]", replace: "false" },
      {
        file: KEYS,
        find: "(select true from rounds.bet x",
        replace: "(select false from rounds.bet x",
      },
      {
        file: ROUNDS,
        find: "unique (user_id, round_id, key)",
        replace: "unique (user_id, round_id, key, id)",
      },
    ],
  },
  {
    number: 9,
    name: "a bet that breaks its batch breaks its neighbours",
    edits: [
      {
        file: "packages/rounds/src/send-batch.ts",
        find: "batch.length > 1 && !(error instanceof DomainError)",
        replace: "batch.length < 0",
      },
    ],
  },
  {
    number: 10,
    name: "any number of bets may wait",
    edits: [
      {
        file: "packages/rounds/src/bet-batcher.ts",
        find: "waiting() >= maxWaiting",
        replace: "waiting() < 0",
      },
    ],
  },
  {
    number: 11,
    name: "a batch waits for an account that somebody holds",
    edits: [
      {
        file: LOCK,
        find: "for no key update skip locked) k",
        replace: "for no key update) k",
      },
    ],
  },
];
