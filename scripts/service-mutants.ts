import { type Mutant, mutantsOf } from "./mutant.ts";

const fee = mutantsOf("packages/money/src/fee.ts", "bun test packages/money/src/fee.test.ts");
const allocation = mutantsOf(
  "packages/money/src/allocation.ts",
  "bun test packages/money/src/allocation.test.ts",
);
const quote = mutantsOf("packages/money/src/quote.ts", "bun test packages/money/src/quote.test.ts");

const outcome = mutantsOf(
  "packages/rounds/src/decide-outcome.ts",
  "bun test packages/rounds/src/judge.test.ts",
);
const price = mutantsOf(
  "packages/rounds/src/price.ts",
  "bun test packages/rounds/src/judge.test.ts",
);
const placing = mutantsOf(
  "packages/rounds/migrations/0010_by_row.sql",
  "bun scripts/test.ts packages/rounds/src/bets.int.test.ts -t instant|balance",
);
const sharing = mutantsOf(
  "packages/rounds/migrations/0000_rounds.sql",
  "bun scripts/test.ts packages/rounds/src/settlement.int.test.ts -t alike",
);
const cutting = mutantsOf(
  "packages/rounds/migrations/0004_settle_by_user.sql",
  "bun scripts/test.ts packages/rounds/src/settlement.int.test.ts -t alike",
);
const BETS = "bun scripts/test.ts packages/rounds/src/protected-bets.int.test.ts";
const betting = mutantsOf("packages/rounds/migrations/0010_by_row.sql", BETS);
const returning = mutantsOf("packages/rounds/migrations/0007_protection.sql", BETS);
const PROTECTED =
  "bun scripts/test.ts packages/protection packages/rounds/src/protected-bets.int.test.ts packages/custody/src/protected-money.int.test.ts";
const counting = mutantsOf("packages/protection/migrations/0000_protection.sql", PROTECTED);
const limiting = mutantsOf("packages/protection/migrations/0001_asked_twice.sql", PROTECTED);
const leaving = mutantsOf("packages/protection/migrations/0002_room.sql", PROTECTED);
const sanctioning = mutantsOf("packages/protection/src/screen-player.ts", PROTECTED);

const ONCE = "bun scripts/test.ts packages/database/src/once";
const claiming = mutantsOf("packages/database/migrations/0005_idempotency.sql", ONCE);
const doingOnce = mutantsOf("packages/database/src/once.ts", ONCE);
const joining = mutantsOf("packages/database/src/transact.ts", ONCE);
const loading = mutantsOf(
  "apps/api/src/load/load-gauge.ts",
  "bun test apps/api/src/load/load.test.ts",
);
const polling = mutantsOf(
  "apps/api/src/polled/fresh.ts",
  "bun test apps/api/src/polled/fresh.test.ts",
);
const stocking = mutantsOf(
  "packages/adapters/src/limiter/stocking-limiter.ts",
  "bun test packages/adapters/src/limiter/stocking-limiter.test.ts",
);
const comparing = mutantsOf(
  "packages/database/src/clock-offset.ts",
  "bun test packages/database/src/clock-offset.prop.test.ts",
);
const consenting = mutantsOf(
  "packages/database/migrations/0003_approvals.sql",
  "bun scripts/test.ts packages/database/src/approvals/approvals.int.test.ts",
);
const chaining = mutantsOf(
  "packages/database/migrations/0004_audit_chain.sql",
  "bun scripts/test.ts packages/database/src/audit-chain.int.test.ts",
);
const sealing = mutantsOf(
  "packages/ledger/src/seal-transfers.ts",
  "bun scripts/test.ts packages/ledger/src/seal.int.test.ts",
);
const verifying = mutantsOf(
  "packages/ledger/src/verify-seals.ts",
  "bun scripts/test.ts packages/ledger/src/seal.int.test.ts -t wherever",
);
const HELD = "bun scripts/test.ts packages/custody/src/protected-money.int.test.ts";
const withdrawing = mutantsOf("packages/custody/src/held-share.ts", HELD);
const crediting = mutantsOf("packages/custody/src/move-deposit.ts", HELD);
const forbidding = mutantsOf("packages/custody/src/why-not-payable.ts", HELD);
const SAVED = "bun scripts/test.ts packages/custody/src/saved-first.prop.int.test.ts";
const saving = mutantsOf("packages/custody/migrations/0006_saved_first.sql", SAVED);
const signing = mutantsOf("packages/custody/src/is-own-order.ts", SAVED);

/** What goes wrong with money, rounds, limits and records. */
export const SERVICE_MUTANTS: readonly Mutant[] = [
  fee("fee: rounded up", "BigInt(feeBps)) /", "BigInt(feeBps) + 9_999n) /"),
  fee("fee: basis points of 1000", "BASIS_POINTS = 10_000", "BASIS_POINTS = 1_000"),
  fee("fee: a negative one is taken", "feeBps < 0", "feeBps < -1"),

  allocation("remainder: the smallest first", "claim.remainder > cut", "claim.remainder < cut"),
  allocation(
    "remainder: every equal one rounds up",
    "claim.remainder > cut",
    "claim.remainder >= cut",
  ),
  allocation("remainder: ties go to the higher id", "claim.id <= cut.id", "claim.id >= cut.id"),
  allocation("remainder: the cut's own bet misses out", "claim.id <= cut.id", "claim.id < cut.id"),
  allocation("remainder: one unit too many", "Number(extraUnits) - 1", "Number(extraUnits)"),
  allocation("remainder: left over as dust", "(extra ? 1n : 0n)", "0n"),
  allocation("payout: without the stake", "microUsdc(stake + shareOf", "microUsdc(shareOf"),
  allocation("one-sided: money for nobody vanishes", "distributable > 0n", "distributable < 0n"),

  quote("one-sided: told of the wrong side", "oneSided: other", "oneSided: own"),
  quote("quote: sides swapped", 'side === "UP"', 'side === "DOWN"'),
  quote("quote: fee on the stake's own side", "feeOf(other", "feeOf(own"),
  quote("quote: the stake doesn't join its pool", ") / winningPool", ") / (own || 1n)"),

  outcome("tie: UP", "previousClose) > 0", "previousClose) >= 0"),
  outcome("tie: the sides swapped", "previousClose) > 0", "previousClose) < 0"),
  outcome("outcome: nobody right is not void", "losing > 0n", "losing < 0n"),
  price("guard: the limit itself is too much", "10_000n > before", "10_000n >= before"),
  placing("lock: the lock's own instant takes a bet", "v_now >= v_round", "v_now > v_round"),
  placing("bet: more than the balance", "> l.balance", "> l.balance + 1"),
  sharing("remainder in SQL: ties to the higher id", "p_bet <= p_cut_bet", "p_bet >= p_cut_bet"),
  cutting(
    "remainder in SQL: one unit too many",
    "select c.extra - c.above, c.band",
    "select c.extra - c.above + 1, c.band",
  ),

  betting("suspended: plays on", "l.i = any (v_suspended) then", "false then"),
  betting("limit: not asked", "l.i = any (v_beyond) then", "false then"),
  betting("limit: a stake is not counted", "where v_results[t.i] = 'ACCEPTED';", "where false;"),
  betting(
    "limit: judged without its account",
    "array(select p_users[t.n] from unnest(v_positions) as t (n))",
    "p_users",
  ),
  returning(
    "loss: what comes back is not counted",
    "where t.account = any (v_counted);",
    "where false;",
  ),
  returning("loss: a late refund is not counted", "if v_refunded > 0 and", "if v_refunded < 0 and"),
  limiting(
    "limit: a looser one may be confirmed at once",
    "when waits then v_now + interval '24 hours'",
    "when waits then v_now",
  ),
  limiting("limit: a tighter one later", "or p_amount > before)", "or p_amount < before)"),
  limiting("limit: asked for again it is put off", "then v_limit.next_amount else", "then -1 else"),
  limiting("limit: confirmed too early", "l.next_from <= v_now and", ""),
  limiting("limit: confirmed after it has lapsed", "and l.next_until > v_now and", "and"),
  limiting(
    "limit: another amount is confirmed",
    "and l.next_amount is not distinct from p_amount;",
    ";",
  ),
  leaving(
    "limit: its last unit is refused",
    "filter (where j.stake > j.room),",
    "filter (where j.stake >= j.room),",
  ),
  leaving("limit: one unit too many", "min(l.amount - u.staked", "min(l.amount + 1 - u.staked"),
  leaving(
    "limit: what was left before a tighter one still is",
    "set room = null where d.user_id = new.user_id",
    "set room = room where d.user_id = new.user_id",
  ),
  leaving(
    "suspended: whoever had room plays on",
    "create trigger forget_room after insert on protection.restriction\n  for each row execute function protection.forget_room();",
    "select;",
  ),
  leaving(
    "limit: a stake takes nothing from what is left",
    "room = d.room - t.stake",
    "room = d.room",
  ),
  leaving(
    "limit: what is left is never added up anew",
    "(where j.room is null or j.stake > j.room)",
    "(where j.room is null)",
  ),
  leaving(
    "loss: what comes back makes no room",
    "when 'loss' then u.returned else 0",
    "when 'loss' then 0 else 0",
  ),
  leaving(
    "stake: what comes back makes room",
    "when 'loss' then u.returned else 0",
    "when 'loss' then u.returned else u.returned",
  ),
  limiting(
    "limit: days begin in the evening",
    "select s.starts_on, coalesce",
    "select s.starts_on + 1 as starts_on, coalesce",
  ),
  counting(
    "counters: what came before is forgotten",
    "from protection.recount(p_user, v_from) r;",
    "from protection.recount(p_user, v_from) r where false;",
  ),
  counting(
    "deposit: its last unit is held",
    "l.used + p_amount > l.amount",
    "l.used + p_amount >= l.amount",
  ),
  counting(
    "deposit: not held while play is suspended",
    "return not protection.is_suspended(p_user, v_now)",
    "return true",
  ),
  limiting("time-out: made shorter", "r.ends_at >= until", "r.ends_at < until"),
  limiting("time-out: it begins before it is in force", "until := (v_now at", "until := (now() at"),
  limiting(
    "self-exclusion: ends with its term",
    "case p_kind when 'time-out' then until end,",
    "case when p_kind = 'time-out' then until else until + interval '24 hours' end,",
  ),
  limiting(
    "self-exclusion: over as soon as its player asks",
    "set over_at = v_now + interval '24 hours'",
    "set over_at = greatest(v_now, r.ends_at + interval '24 hours')",
  ),
  limiting(
    "self-exclusion: over a day after it is asked for, whatever its term",
    "bool_or(r.ends_at is null or r.ends_at > v_now)",
    "bool_or(r.ends_at is null)",
  ),
  limiting(
    "screening: an answer written down before may hold",
    "begin\n  perform protection.lock_account(p_user);\n  insert into protection.screening",
    "begin\n  insert into protection.screening",
  ),
  sanctioning(
    "sanctions: forgotten with another refusal",
    "p.refused_for is null and p.id > s.id",
    "p.id > s.id",
  ),
  withdrawing("withdrawal: what is held stays", "held < amount ? held : amount", "0n"),
  crediting("deposit: not counted", "if (admitted) await", "if (!admitted) await"),
  crediting("deposit: a held one may be bet", 'held ? "held" : "available"', '"available"'),
  forbidding("paying out: sanctioned since", "await refuseSanctioned(work, userId);", ""),
  saving("paying out: too soon", "and p.usable_from <= clock.now()", ""),
  saving("paying out: to another's address", "p.user_id = new.user_id and ", ""),
  saving("paying out: to one being removed", "  for share;", "  ;"),
  signing("paying out: whatever is ordered", 'if (purpose === "withdrawal") return', "return"),
  counting("self-exclusion: lifted", "lifted_at is null or kind in ('block', 'screening')", "true"),

  consenting(
    "approval: one's own is enough",
    "check (decided_by <> requested_by)",
    "check (decided_by = decided_by)",
  ),
  consenting(
    "approval: somebody else's is used",
    "where a.requested_by = p_by and a.action = p_action and a.subject = p_subject\n      and a.content_hash = sha256(",
    "where a.action = p_action and a.subject = p_subject\n      and a.content_hash = sha256(",
  ),
  consenting(
    "approval: any content will do",
    "      and a.content_hash = sha256(convert_to(p_content::text, 'UTF8'))\n      and a.decision",
    "      and a.decision",
  ),
  chaining(
    "audit chain: links race",
    "perform pg_advisory_xact_lock(hashtextextended('database.audit_chain', 0));",
    "",
  ),
  verifying(
    "seal: any id may be there",
    "or x.id > (select h.last_id",
    "or x.id is null and x.id > (select h.last_id",
  ),
  sealing(
    "seal: late committers are not waited for",
    "const over = await outwait(deps, writers, patienceMs);",
    "const over = patienceMs > 0 && writers.length >= 0;",
  ),

  claiming(
    "key: two at once",
    "if not pg_try_advisory_xact_lock(",
    "if (select false) and null = (",
  ),
  claiming("key: any body will do", "elsif v_hash = p_body_hash then", "elsif true then"),
  claiming("key: anybody's", "where k.caller = p_caller and k.route", "where k.route"),
  claiming("key: forgotten at once", "- interval '24 hours'", "+ interval '1 hour'"),
  joining(
    "key: work on its own",
    "if (deps.database.work !== undefined) return body(deps.database.work);",
    "",
  ),
  doingOnce("key: the answer is not kept", "await keep(unit, request, bodyHash, text);", ""),
  loading("load: no bound", "working >= requestsAtOnce", "working < 0"),
  loading("load: none goes to see", "isProbe && isProbing", "isProbe"),
  loading("load: a refusal is an answer", "!SAYS_NOTHING.has(status)", "status !== undefined"),
  polling("reads: no bound", "reading >= options.readsAtOnce", "reading < 0"),
  polling("reads: a hanging one is waited for", "age > options.patienceMs", "age > Infinity"),
  stocking("stock: fetched for who waits no more", "?.waiting ?? 0) - left)", "?.waiting ?? 0))"),
  stocking(
    "stock: ends with nothing",
    "stock.until <= at) return undefined",
    "false) return undefined",
  ),
  comparing("clocks: a slow answer is an offset", "database - after)", "database - before)"),
];
