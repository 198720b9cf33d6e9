import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { microUsdc } from "@closebell/money";
import { sql } from "drizzle-orm";
import { advanceRounds } from "./advance-rounds.ts";
import { createBetIntake } from "./bet-batcher.ts";
import { getRound } from "./get-round.ts";
import { pauseRound, resumeRound } from "./pause-round.ts";
import { quote } from "./quote.ts";
import {
  expectBalancedBooks,
  PATIENT,
  roundsHarness,
  type RoundsHarness,
} from "./testing/index.ts";

const TODAY = "20261120";

describe("a bet", () => {
  let house: RoundsHarness;

  beforeAll(async () => {
    house = await roundsHarness({ minStake: microUsdc(10n), maxStake: microUsdc(1_000n) });
    await advanceRounds(house.deps, { by: house.by });
  });

  afterAll(async () => {
    await expectBalancedBooks(house);
    await house[Symbol.asyncDispose]();
  });

  const refused = async (
    bet: ReturnType<RoundsHarness["bet"]>,
    code: string,
    userId: string,
    balance: bigint,
  ) => {
    await expect(bet).rejects.toMatchObject({ code });
    expect(await house.available(userId)).toBe(balance);
  };

  /** Locks a user's accounts in another transaction; what it returns ends that. */
  const holdAccounts = async (userId: string): Promise<() => Promise<void>> => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const { promise: held, resolve: hold } = Promise.withResolvers<void>();
    const blocker = house.scratch.owner.orm.transaction(async (tx) => {
      await tx.execute(
        sql`select 1 from ledger.account where owner = ${userId}::uuid for no key update`,
      );
      hold();
      await released;
    });
    await held;
    return () => {
      release();
      return blocker;
    };
  };

  test("moves its stake from the user to the pool of its side", async () => {
    const before = await getRound(house.deps, { code: TODAY });
    const user = await house.user(500n);
    const { bet, replayed } = await house.bet(user, "UP", 120n);
    expect(replayed).toBe(false);
    expect(bet).toMatchObject({
      userId: user,
      market: "NDX",
      roundCode: TODAY,
      side: "UP",
      stake: 120n,
      state: "PLACED",
      payout: null,
    });
    const after = await getRound(house.deps, { code: TODAY });
    expect([after.poolUp - before.poolUp, after.poolDown - before.poolDown]).toEqual([120n, 0n]);
    expect([after.betsUp - before.betsUp, after.betsDown - before.betsDown]).toEqual([1n, 0n]);
    expect(await house.available(user)).toBe(380n);
  });

  test("on both sides by one user is two bets", async () => {
    const user = await house.user(500n);
    await house.bet(user, "UP", 100n);
    await house.bet(user, "DOWN", 100n);
    expect(await house.available(user)).toBe(300n);
  });

  test("below the minimum, above the maximum or beyond the balance moves nothing", async () => {
    const user = await house.user(600n);
    await refused(house.bet(user, "UP", 9n), "STAKE_BELOW_MINIMUM", user, 600n);
    await refused(house.bet(user, "UP", 601n), "INSUFFICIENT_FUNDS", user, 600n);
    await refused(house.bet(user, "UP", 1_001n), "STAKE_ABOVE_MAXIMUM", user, 600n);
  });

  test("counts towards the maximum with all the user's bets on the round", async () => {
    const user = await house.user(5_000n);
    await house.bet(user, "UP", 700n);
    await house.bet(user, "DOWN", 300n);
    await refused(house.bet(user, "UP", 10n), "STAKE_ABOVE_MAXIMUM", user, 4_000n);
  });

  test("by nobody we know, on a round or a market we don't have, is refused", async () => {
    await expect(house.bet(randomUUID(), "UP", 10n)).rejects.toMatchObject({
      code: "USER_NOT_FOUND",
    });
    const user = await house.user(100n);
    await refused(
      house.bet(user, "UP", 10n, { roundCode: "20250101" }),
      "ROUND_NOT_FOUND",
      user,
      100n,
    );
    await refused(
      house.bet(user, "UP", 10n, { roundCode: "20261123" }),
      "ROUND_NOT_OPEN",
      user,
      100n,
    );
  });

  test("sent again with its key gives the first answer; with another body it is refused", async () => {
    const user = await house.user(100n);
    const key = "my own name for it";
    const first = await house.bet(user, "UP", 50n, { key });
    const again = await house.bet(user, "UP", 50n, { key });
    expect(again).toEqual({ bet: first.bet, replayed: true });
    await refused(house.bet(user, "UP", 49n, { key }), "IDEMPOTENCY_KEY_REUSED", user, 50n);
    await refused(house.bet(user, "DOWN", 50n, { key }), "IDEMPOTENCY_KEY_REUSED", user, 50n);
  });

  test("with another user's key is that user's own", async () => {
    const [ann, bob] = [await house.user(100n), await house.user(100n)];
    const first = await house.bet(ann, "UP", 50n, { key: "shared" });
    const second = await house.bet(bob, "UP", 50n, { key: "shared" });
    expect(second.replayed).toBe(false);
    expect(second.bet.id).not.toBe(first.bet.id);
  });

  test("sent fifty times at once with one key, to two processes, is placed once", async () => {
    const user = await house.user(1_000n);
    const other = createBetIntake(house.deps, { stripe: 5, patienceMs: PATIENT });
    const by = { actor: { kind: "player", id: user, name: "p" }, requestId: randomUUID() } as const;
    const request = {
      by,
      userId: user,
      side: "UP",
      stake: microUsdc(10n),
      idempotencyKey: "once",
    } as const;
    const receipts = await Promise.all(
      Array.from({ length: 50 }, (_, n) => (n % 2 === 0 ? house.intake : other).place(request)),
    );
    await other.close();
    expect(new Set(receipts.map(({ bet }) => bet.id)).size).toBe(1);
    expect(receipts.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(await house.available(user)).toBe(990n);
  });

  test("that breaks its batch does not take its neighbours with it", async () => {
    const users = await Promise.all(Array.from({ length: 7 }, () => house.user(100n)));
    const placed = await Promise.allSettled(
      users.map((user, n) => house.bet(n === 3 ? "not a uuid" : user, "UP", 10n)),
    );
    expect(placed.map(({ status }) => status)).toEqual(
      users.map((_, n) => (n === 3 ? "rejected" : "fulfilled")),
    );
  });

  test("by a user whose account another transaction holds waits, and its neighbours don't", async () => {
    const [stuck, free] = [await house.user(100n), await house.user(100n)];
    const letGo = await holdAccounts(stuck);
    const waiting = house.bet(stuck, "UP", 10n);
    await house.bet(free, "UP", 10n);
    expect(await house.available(stuck)).toBe(100n);
    await letGo();
    await waiting;
    expect(await house.available(stuck)).toBe(90n);
  });

  test("by a user whose account stays held is given up, and can be sent again with its key", async () => {
    const stuck = await house.user(100n);
    const intake = createBetIntake(house.deps);
    const stake = microUsdc(10n);
    const bet = { by: house.by, userId: stuck, side: "UP", stake, idempotencyKey: "held" } as const;
    const letGo = await holdAccounts(stuck);
    await refused(intake.place(bet), "OVERLOADED", stuck, 100n);
    await letGo();
    expect(await intake.place(bet)).toMatchObject({ replayed: false });
    await intake.close();
    expect(await house.available(stuck)).toBe(90n);
  });

  test("by one user, many at once and through two processes, never exceeds the maximum together", async () => {
    const user = await house.user(10_000n);
    const other = createBetIntake(house.deps, { stripe: 3, patienceMs: PATIENT });
    const by = { actor: { kind: "player", id: user, name: "p" }, requestId: randomUUID() } as const;
    const placed = await Promise.allSettled(
      Array.from({ length: 30 }, (_, n) =>
        (n % 2 === 0 ? house.intake : other).place({
          by,
          userId: user,
          side: n % 3 === 0 ? "UP" : "DOWN",
          stake: microUsdc(90n),
          idempotencyKey: String(n),
        }),
      ),
    );
    await other.close();
    expect(placed.filter(({ status }) => status === "fulfilled")).toHaveLength(11);
    expect(await house.available(user)).toBe(10_000n - 11n * 90n);
    const [staked] = await house.deps.database.sql<{ stake: bigint }[]>`
      select stake from rounds.staked where user_id = ${user}::uuid`;
    expect(staked?.stake).toBe(990n);
  });

  test("on a paused round is refused until it is resumed", async () => {
    const user = await house.user(100n);
    const by = { ...house.by, reason: "a rumour" };
    expect(await pauseRound(house.deps, { by, code: TODAY })).toMatchObject({ paused: true });
    await refused(house.bet(user, "UP", 10n), "ROUND_PAUSED", user, 100n);
    expect(await resumeRound(house.deps, { by, code: TODAY })).toMatchObject({ paused: false });
    await house.bet(user, "UP", 10n);
  });

  test("that waits beyond the queue's bound is refused at once", async () => {
    const users = await Promise.all(Array.from({ length: 12 }, () => house.user(100n)));
    const small = createBetIntake(house.deps, { maxBatch: 2, maxWaiting: 4 });
    const placed = await Promise.allSettled(
      users.map((userId) =>
        small.place({
          by: house.by,
          userId,
          side: "DOWN",
          stake: microUsdc(10n),
          idempotencyKey: randomUUID(),
        }),
      ),
    );
    await small.close();
    const reasons = placed.flatMap((one) => (one.status === "rejected" ? [one.reason.code] : []));
    expect(reasons.length).toBeGreaterThan(0);
    expect(new Set(reasons)).toEqual(new Set(["OVERLOADED"]));
    await expect(
      small.place({
        by: house.by,
        userId: users[0] ?? "",
        side: "UP",
        stake: microUsdc(10n),
        idempotencyKey: "late",
      }),
    ).rejects.toMatchObject({ code: "OVERLOADED" });
  });

  test("is quoted as what it would pay on either side if the round locked now", async () => {
    const user = await house.user(100n);
    await house.bet(user, "UP", 10n);
    await house.bet(user, "DOWN", 10n);
    const { round, sides } = await quote(house.deps, { stake: microUsdc(100n) });
    expect(round.code).toBe(TODAY);
    const total = round.poolUp + round.poolDown + 100n;
    expect(sides.UP.payout).toBeLessThanOrEqual(total);
    expect(sides.UP.oneSided).toBe(false);
    await expect(
      quote(house.deps, { stake: microUsdc(100n), roundCode: "20261123" }),
    ).rejects.toMatchObject({ code: "ROUND_NOT_OPEN" });
    await expect(quote(house.deps, { stake: microUsdc(2n ** 62n) })).rejects.toMatchObject({
      code: "AMOUNT_OVERFLOW",
    });
  });
});

test("a bet sent again after the lock, with or without its round, is its first answer and never a bet on tomorrow", async () => {
  await using house = await roundsHarness();
  await advanceRounds(house.deps, { by: house.by });
  const user = await house.user(100n);
  const { bet } = await house.bet(user, "UP", 40n, { key: "k" });
  await house.scratch.setClock("2026-11-20T21:00:00Z");
  expect(await house.bet(user, "UP", 40n, { key: "k" })).toMatchObject({
    replayed: true,
    bet: { id: bet.id, roundCode: TODAY },
  });
  expect(await house.bet(user, "UP", 40n, { key: "k", roundCode: TODAY })).toMatchObject({
    replayed: true,
    bet: { id: bet.id },
  });
  await expect(house.bet(user, "UP", 41n, { key: "k" })).rejects.toMatchObject({
    code: "IDEMPOTENCY_KEY_REUSED",
  });
  expect(await house.available(user)).toBe(60n);
  // named, the same key is another round's to use
  const next = await house.bet(user, "UP", 40n, { key: "k", roundCode: "20261123" });
  expect(next).toMatchObject({ replayed: false, bet: { roundCode: "20261123" } });
});

test("the last instant before the lock takes a bet and the lock itself does not, whether or not anything ticked", async () => {
  await using house = await roundsHarness();
  await advanceRounds(house.deps, { by: house.by });
  const user = await house.user(100n);
  await house.scratch.setClock("2026-11-20T20:59:58.999999Z");
  const { bet } = await house.bet(user, "UP", 10n, { roundCode: TODAY });
  expect(bet.acceptedAt.toString()).toBe("2026-11-20T20:59:58.999999Z");
  await house.scratch.setClock("2026-11-20T20:59:59Z");
  await expect(house.bet(user, "UP", 10n, { roundCode: TODAY })).rejects.toMatchObject({
    code: "ROUND_NOT_OPEN",
  });
  const { bet: next } = await house.bet(user, "UP", 10n);
  expect(next).toMatchObject({ roundCode: "20261123", state: "PLACED" });
});

test("a quote says where it is one-sided: the stake would only come back", async () => {
  await using house = await roundsHarness();
  await advanceRounds(house.deps, { by: house.by });
  await house.bet(await house.user(100n), "UP", 100n);
  expect((await quote(house.deps, { stake: microUsdc(50n) })).sides).toMatchObject({
    UP: { payout: 50n, profit: 0n, oneSided: true },
    DOWN: { payout: 149n, profit: 99n, oneSided: false },
  });
});

test("a pool holds 2^62 and not one unit more", async () => {
  await using house = await roundsHarness();
  await advanceRounds(house.deps, { by: house.by });
  const [ann, bob] = [await house.user(2n ** 62n), await house.user(10n)];
  await house.bet(ann, "UP", 2n ** 62n - 1n);
  await expect(house.bet(bob, "DOWN", 2n)).rejects.toMatchObject({ code: "AMOUNT_OVERFLOW" });
  await house.bet(bob, "DOWN", 1n);
  expect((await getRound(house.deps, { code: TODAY })).poolUp).toBe(microUsdc(2n ** 62n - 1n));
  await expectBalancedBooks(house);
});

test("bets and a lock by two processes at once: every accepted bet is before the lock, and the pools hold exactly those", async () => {
  await using house = await roundsHarness();
  await advanceRounds(house.deps, { by: house.by });
  const users = await Promise.all(Array.from({ length: 40 }, () => house.user(100n)));
  const intakes = [0, 1, 2].map((stripe) => createBetIntake(house.deps, { stripe, maxBatch: 5 }));
  const bets = users.flatMap((userId, n) =>
    [1, 2, 3].map((_, k) => {
      const intake = intakes[(n + k) % 3] ?? house.intake;
      return intake
        .place({
          by: house.by,
          userId,
          side: n % 2 === 0 ? "UP" : "DOWN",
          stake: microUsdc(BigInt(1 + n)),
          idempotencyKey: `${k}`,
          roundCode: TODAY,
        })
        .then(
          ({ bet }) => bet.stake as bigint,
          () => 0n,
        );
    }),
  );
  await Bun.sleep(5);
  await house.scratch.setClock("2026-11-20T20:59:59Z");
  await advanceRounds(house.deps, { by: house.by });
  const staked = (await Promise.all(bets)).reduce((sum, stake) => sum + stake, 0n);
  await Promise.all(intakes.map((intake) => intake.close()));
  const round = await getRound(house.deps, { code: TODAY });
  expect(round.state).toBe("LOCKED");
  expect(round.poolUp + round.poolDown).toBe(staked);
  const [late] = await house.deps.database.orm.execute<{ late: bigint }>(sql`
    select count(*) as late from rounds.bet b join rounds.round r on r.id = b.round_id
    where b.accepted_at >= r.lock_at`);
  expect(late?.late).toBe(0n);
  await expectBalancedBooks(house);
});
