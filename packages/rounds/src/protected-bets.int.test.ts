import { afterAll, beforeAll, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import type { DomainError } from "@closebell/context";
import { snapshot } from "@closebell/database";
import { byTwo } from "@closebell/database/testing";
import { microUsdc } from "@closebell/money";
import {
  auditProtection,
  blockUser,
  excludeSelf,
  listLimits,
  setLimit,
  takeTimeOut,
  unblockUser,
  type LimitKind,
  type LimitPeriod,
} from "@closebell/protection";
import { advanceRounds } from "./advance-rounds.ts";
import { createBetIntake } from "./bet-batcher.ts";
import { closeSessionAt } from "./calendar-exceptions.ts";
import {
  expectBalancedBooks,
  PATIENT,
  roundsHarness,
  type RoundsHarness,
} from "./testing/index.ts";

let house: RoundsHarness;

beforeAll(async () => {
  house = await roundsHarness();
  await advanceRounds(house.deps, { by: house.by });
});

afterAll(async () => {
  await expectBalancedBooks(house);
  await house[Symbol.asyncDispose]();
});

const by = () => ({ ...house.by, reason: "asked for" });

const limit = (
  at: RoundsHarness,
  userId: string,
  kind: LimitKind,
  amount: bigint | null,
  period: LimitPeriod = "day",
) =>
  setLimit(at.deps, {
    by: at.by,
    userId,
    kind,
    period,
    amount: amount === null ? null : microUsdc(amount),
  });

const codeOf = (bet: Promise<unknown>): Promise<string> =>
  bet.then(
    () => "placed",
    (error: DomainError) => error.code,
  );

/** What is used of the first of his limits. */
const used = async (at: RoundsHarness, userId: string): Promise<bigint | undefined> =>
  (await listLimits(at.deps, { userId }))[0]?.used;

test("whoever may not play is refused in the batch, and its other bets go on", async () => {
  const [blocked, resting, gone, free] = await Promise.all(
    [1, 2, 3, 4].map(() => house.user(100n)),
  );
  if (!blocked || !resting || !gone || !free) throw new Error("no users");
  const first = { key: randomUUID() };
  await house.bet(blocked, "UP", 10n, first);
  await blockUser(house.deps, { by: by(), userId: blocked });
  await takeTimeOut(house.deps, { by: by(), userId: resting, hours: 24 });
  await excludeSelf(house.deps, { by: by(), userId: gone, months: 6 });
  const batch = [blocked, free, resting, gone].map((user) => codeOf(house.bet(user, "UP", 10n)));
  const no = "PLAY_SUSPENDED";
  expect(await Promise.all(batch)).toEqual([no, "placed", no, no]);
  expect(await Promise.all([blocked, free, resting, gone].map(house.available))).toEqual([
    90n,
    90n,
    100n,
    100n,
  ]);
  // what was placed before is still answered
  expect(await house.bet(blocked, "UP", 10n, first)).toMatchObject({ replayed: true });
  await unblockUser(house.deps, { by: by(), userId: blocked });
  expect(await codeOf(house.bet(blocked, "UP", 10n))).toBe("placed");
});

test("a stake limit counts what was staked before it was set, takes its last unit and not one more", async () => {
  const user = await house.user(100n);
  await house.bet(user, "UP", 15n);
  await limit(house, user, "stake", 40n);
  expect(await used(house, user)).toBe(15n);
  expect(await codeOf(house.bet(user, "DOWN", 26n))).toBe("PROTECTION_LIMIT_EXCEEDED");
  expect(await codeOf(house.bet(user, "DOWN", 25n))).toBe("placed");
  expect(await codeOf(house.bet(user, "DOWN", 1n))).toBe("PROTECTION_LIMIT_EXCEEDED");
  expect(await used(house, user)).toBe(40n);
  // the tightest of several decides
  await limit(house, user, "stake", 60n, "week");
  await limit(house, user, "stake", 500n, "month");
  await limit(house, user, "stake", null);
  expect(await codeOf(house.bet(user, "UP", 1n))).toBe("PROTECTION_LIMIT_EXCEEDED");
});

test("whoever bet within a limit is held to a tighter one and to a block from their next bet on", async () => {
  const user = await house.user(100n);
  await limit(house, user, "stake", 50n);
  expect(await codeOf(house.bet(user, "UP", 10n))).toBe("placed");
  await limit(house, user, "stake", 30n);
  expect(await codeOf(house.bet(user, "UP", 21n))).toBe("PROTECTION_LIMIT_EXCEEDED");
  expect(await codeOf(house.bet(user, "UP", 10n))).toBe("placed");
  await blockUser(house.deps, { by: by(), userId: user });
  expect(await codeOf(house.bet(user, "UP", 1n))).toBe("PLAY_SUSPENDED");
  await unblockUser(house.deps, { by: by(), userId: user });
  expect(await codeOf(house.bet(user, "UP", 11n))).toBe("PROTECTION_LIMIT_EXCEEDED");
  expect(await codeOf(house.bet(user, "UP", 10n))).toBe("placed");
  expect(await used(house, user)).toBe(30n);
});

test("only of users who set a limit is anything counted, and only they and the blocked are looked at", async () => {
  await using own = await roundsHarness();
  await advanceRounds(own.deps, { by: own.by });
  const [limited, blocked, free] = await Promise.all([1, 2, 3].map(() => own.user(100n)));
  if (!limited || !blocked || !free) throw new Error("no users");
  await limit(own, limited, "loss", 50n);
  await blockUser(own.deps, { by: by(), userId: blocked });
  await unblockUser(own.deps, { by: by(), userId: blocked });
  for (const user of [limited, blocked, free]) await own.bet(user, "UP", 10n);
  // nobody on the other side of a falling market: void, and all is given back
  await closeToday(own, "99");
  const { sql } = own.scratch.owner;
  const counted = await sql`select user_id as id, staked::int, returned::int from protection.day`;
  expect([...counted]).toEqual([{ id: limited, staked: 10, returned: 10 }]);
  const known = await sql<{ id: string }[]>`select user_id as id from protection.player`;
  expect(known.map(({ id }) => id).toSorted()).toEqual([limited, blocked].toSorted());
});

test("many bets of one limited user at once, through several intakes, never exceed his limit", async () => {
  const user = await house.user(10_000n);
  await limit(house, user, "loss", 500n);
  const patient = () => createBetIntake(house.deps, { patienceMs: PATIENT });
  const intakes = [house.intake, patient(), patient()];
  const codes = await Promise.all(
    Array.from({ length: 90 }, (_, n) =>
      codeOf(
        (intakes[n % 3] ?? house.intake).place({
          by: house.by,
          userId: user,
          side: n % 2 === 0 ? "UP" : "DOWN",
          stake: microUsdc(17n),
          idempotencyKey: randomUUID(),
        }),
      ),
    ),
  );
  await Promise.all(intakes.slice(1).map((intake) => intake.close()));
  const placed = codes.filter((code) => code === "placed").length;
  expect(placed).toBe(29);
  expect(await house.available(user)).toBe(10_000n - 29n * 17n);
  expect(await used(house, user)).toBe(29n * 17n);
});

test("many bets of many limited users at once, through several intakes, exceed nobody's limit", async () => {
  const users = await Promise.all(Array.from({ length: 20 }, () => house.user(10_000n)));
  await Promise.all(users.map((user) => limit(house, user, "stake", 100n)));
  const patient = () => createBetIntake(house.deps, { patienceMs: PATIENT });
  const intakes = [house.intake, patient(), patient()];
  const bets = users.flatMap((userId) => Array.from({ length: 9 }, (_, n) => ({ userId, n })));
  const codes = await Promise.all(
    bets.map(async ({ userId, n }) => {
      await Bun.sleep(Math.random() * 60);
      const intake = intakes[n % 3] ?? house.intake;
      const bet = { by: house.by, userId, side: "UP", stake: microUsdc(40n) } as const;
      return codeOf(intake.place({ ...bet, idempotencyKey: randomUUID() }));
    }),
  );
  await Promise.all(intakes.slice(1).map((intake) => intake.close()));
  expect(new Set(codes)).toEqual(new Set(["placed", "PROTECTION_LIMIT_EXCEEDED"]));
  expect(codes.filter((code) => code === "placed")).toHaveLength(2 * users.length);
  expect(await Promise.all(users.map((user) => used(house, user)))).toEqual(users.map(() => 80n));
});

test("whoever is being shut out in another transaction while he bets with others is not judged meanwhile", async () => {
  const [neighbour, user] = await Promise.all([house.user(100n), house.user(100n)]);
  if (!neighbour || !user) throw new Error("no users");
  await limit(house, user, "stake", 100n);
  const intake = createBetIntake(house.deps, { shards: 1, patienceMs: PATIENT });
  const place = (userId: string) => {
    const bet = { by: house.by, userId, side: "UP", stake: microUsdc(10n) } as const;
    return codeOf(intake.place({ ...bet, idempotencyKey: randomUUID() }));
  };
  const bet = await house.scratch.owner.sql.begin(async (tx) => {
    await tx`select protection.restrict(${randomUUID()}::uuid, ${user}::uuid, 'block', null, 'asked for', ${house.by.actor.id}::uuid)`;
    const [beside, his] = [place(neighbour), place(user)];
    expect(await beside).toBe("placed");
    return { his };
  });
  expect(await bet.his).toBe("PLAY_SUSPENDED");
  await intake.close();
  expect(await codeOf(house.bet(user, "UP", 10n))).toBe("PLAY_SUSPENDED");
  const checks = await snapshot(house.deps, (tx) => auditProtection(tx));
  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
});

test("the audit sees whoever may stake more than his limits leave, and whoever may though he is shut out", async () => {
  const [limited, out] = await Promise.all([house.user(100n), house.user(100n)]);
  if (!limited || !out) throw new Error("no users");
  await limit(house, limited, "stake", 100n);
  await limit(house, out, "loss", 100n);
  await Promise.all([limited, out].map((user) => house.bet(user, "UP", 30n)));
  await blockUser(house.deps, { by: by(), userId: out });
  const { sql } = house.scratch.owner;
  const roomOf = (userId: string, room: bigint | null) =>
    sql`update protection.day set room = ${room} where user_id = ${userId}`;
  const found = async () => {
    const checks = await snapshot(house.deps, (tx) => auditProtection(tx));
    return checks.filter(({ ok }) => !ok).map(({ detail }) => detail);
  };
  await roomOf(limited, 70n);
  expect(await found()).toEqual([]);
  await roomOf(limited, 71n);
  expect(await found()).toEqual([`may stake too much: ${limited} by 1`]);
  await roomOf(limited, null);
  await roomOf(out, 1n);
  expect(await found()).toEqual([`may stake too much: ${out} by 1`]);
  await roomOf(out, null);
});

test("a limit or a block that is set while bets stream in holds for every bet answered after it", async () => {
  const user = await house.user(10_000n);
  const before = Array.from({ length: 20 }, () => codeOf(house.bet(user, "UP", 10n)));
  const blocked = blockUser(house.deps, { by: by(), userId: user });
  await blocked;
  const after = await Promise.all(
    Array.from({ length: 10 }, () => codeOf(house.bet(user, "UP", 10n))),
  );
  expect(new Set(after)).toEqual(new Set(["PLAY_SUSPENDED"]));
  const placed = (await Promise.all(before)).filter((code) => code === "placed").length;
  expect(await house.available(user)).toBe(10_000n - BigInt(placed) * 10n);
});

const closeToday = async (at: RoundsHarness, close: string): Promise<void> => {
  at.oracle.script("2026-11-19", { kind: "right", price: "100" });
  at.oracle.script("2026-11-20", { kind: "right", price: close });
  await at.scratch.setClock("2026-11-20T21:05:00Z");
  await advanceRounds(at.deps, { by: at.by });
};

test("an open stake counts as lost, a win comes back on the day of its bet, a loss stays", async () => {
  await using own = await roundsHarness({ feeBps: 0 });
  await advanceRounds(own.deps, { by: own.by });
  const [winner, loser] = await Promise.all([own.user(1_000n), own.user(1_000n)]);
  await limit(own, winner, "loss", 100n);
  await limit(own, loser, "loss", 100n);
  await own.bet(winner, "UP", 100n);
  await own.bet(loser, "DOWN", 60n);
  expect(await codeOf(own.bet(winner, "UP", 1n))).toBe("PROTECTION_LIMIT_EXCEEDED");
  await closeToday(own, "101");
  expect([await used(own, winner), await used(own, loser)]).toEqual([-60n, 60n]);
  expect(await codeOf(own.bet(loser, "UP", 41n))).toBe("PROTECTION_LIMIT_EXCEEDED");
  expect(await codeOf(own.bet(loser, "UP", 40n))).toBe("placed");
  // what was won may be lost again, and no more
  expect(await codeOf(own.bet(winner, "UP", 161n))).toBe("PROTECTION_LIMIT_EXCEEDED");
  expect(await codeOf(own.bet(winner, "UP", 160n))).toBe("placed");
  await own.scratch.setClock("2026-11-21T00:00:00Z");
  expect([await used(own, winner), await used(own, loser)]).toEqual([0n, 0n]);
  expect(await codeOf(own.bet(loser, "UP", 100n))).toBe("placed");
});

test("a void gives back what counted as lost, but a stake stays staked", async () => {
  await using own = await roundsHarness();
  await advanceRounds(own.deps, { by: own.by });
  const user = await own.user(1_000n);
  await limit(own, user, "stake", 100n);
  await limit(own, user, "loss", 70n);
  await own.bet(user, "UP", 70n);
  // nobody on the other side of a falling market: void
  await closeToday(own, "99");
  const limits = await listLimits(own.deps, { userId: user });
  expect(limits.map(({ kind, used: of }) => [kind, of])).toEqual([
    ["stake", 70n],
    ["loss", 0n],
  ]);
  expect(await own.available(user)).toBe(1_000n);
  expect(await codeOf(own.bet(user, "UP", 31n))).toBe("PROTECTION_LIMIT_EXCEEDED");
  expect(await codeOf(own.bet(user, "UP", 30n))).toBe("placed");
});

test("what is refunded past the true lock no longer counts as lost, once however often it is refunded", async () => {
  await using own = await roundsHarness();
  await advanceRounds(own.deps, { by: own.by });
  const [user, other] = await Promise.all([own.user(1_000n), own.user(1_000n)]);
  await limit(own, user, "loss", 100n);
  await own.bet(user, "UP", 20n);
  await own.bet(other, "DOWN", 20n);
  await own.scratch.setClock("2026-11-20T18:30:00Z");
  await own.bet(user, "UP", 50n);
  expect(await used(own, user)).toBe(70n);
  const date = Temporal.PlainDate.from("2026-11-20");
  const early = { exchange: "NASDAQ", date, closesAt: "13:00", source: "notice" };
  await byTwo(closeSessionAt)(own.deps, { by: by(), ...early });
  await closeToday(own, "99");
  await advanceRounds(own.deps, { by: own.by });
  expect(await used(own, user)).toBe(20n);
  await expectBalancedBooks(own);
});

test("payouts, bets on the next round and limits that are set, all at once, leave every counter as the books say", async () => {
  await using own = await roundsHarness();
  await advanceRounds(own.deps, { by: own.by });
  const users = await Promise.all(Array.from({ length: 24 }, () => own.user(10_000n)));
  await Promise.all(users.slice(0, 12).map((user) => limit(own, user, "loss", 3_000n)));
  const stake = (user: string, n: number) =>
    codeOf(own.bet(user, n % 2 === 0 ? "UP" : "DOWN", BigInt(10 + n)));
  for (let each = 0; each < 4; each += 1) await Promise.all(users.map(stake));
  own.oracle.script("2026-11-19", { kind: "right", price: "100" });
  own.oracle.script("2026-11-20", { kind: "right", price: "101" });
  await own.scratch.setClock("2026-11-20T21:05:00Z");
  const [, , ...placed] = await Promise.all([
    advanceRounds(own.deps, { by: own.by }),
    advanceRounds(own.deps, { by: own.by }),
    ...Array.from({ length: 4 }, () => users.map(stake)).flat(),
    ...users.slice(6).map((user) => limit(own, user, "stake", 5_000n, "month")),
    ...users
      .slice(0, 6)
      .map((user) => takeTimeOut(own.deps, { by: by(), userId: user, hours: 24 })),
  ]);
  expect(placed).toContain("placed");
  await advanceRounds(own.deps, { by: own.by });
  const checks = await snapshot(own.deps, (tx) => auditProtection(tx));
  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
  await expectBalancedBooks(own);
});
