import { afterAll, beforeAll, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { DomainError, SYSTEM_ACTORS, randomIds, type By } from "@closebell/context";
import { memoryEvents, silentLogger } from "@closebell/context/testing";
import { listAudit, type Deps } from "@closebell/database";
import { scratchDatabase, type ScratchDatabase } from "@closebell/database/testing";
import { createUser, deliverMail, type LetterDeps } from "@closebell/identity";
import { identityParts, memoryMailer } from "@closebell/identity/testing";
import { microUsdc } from "@closebell/money";
import { blockUser } from "./block-user.ts";
import { confirmLimit } from "./confirm-limit.ts";
import { excludeSelf } from "./exclude-self.ts";
import { listChanges } from "./list-changes.ts";
import { listLimits } from "./list-limits.ts";
import { protectionOf } from "./protection-of.ts";
import { returnToPlay } from "./return-to-play.ts";
import { setLimit } from "./set-limit.ts";
import type { LimitKind, LimitPeriod } from "./spending-limit.ts";
import { takeTimeOut } from "./take-time-out.ts";
import { unblockUser } from "./unblock-user.ts";

const by: By = { actor: SYSTEM_ACTORS.migration, requestId: randomUUID(), reason: "asked for" };

const refusalOf = (work: PromiseLike<unknown>): Promise<string> =>
  Promise.resolve(work).then(
    () => "done",
    (error: unknown) => (error instanceof DomainError ? error.code : String(error)),
  );

let scratch: ScratchDatabase;
let deps: Deps & LetterDeps;
/** Each test goes on from where another left it, in whatever order they run. */
let now = Temporal.Instant.from("2026-11-20T12:00:00Z");

const { auth, randomBytes } = identityParts();

const depsOf = ({ database }: ScratchDatabase): Deps & LetterDeps => ({
  auth,
  randomBytes,
  database,
  events: memoryEvents(),
  ids: randomIds,
  log: silentLogger,
});

beforeAll(async () => {
  scratch = await scratchDatabase();
  deps = depsOf(scratch);
});

afterAll(() => scratch[Symbol.asyncDispose]());

const wait = async (duration: Temporal.DurationLike): Promise<void> => {
  now = now.add(duration);
  await scratch.setClock(now.toString());
};

const player = async (): Promise<string> => (await createUser(deps, { by })).id;

const setDay = (userId: string, amount: bigint | null) =>
  setLimit(deps, {
    by,
    userId,
    kind: "stake",
    period: "day",
    amount: amount === null ? null : microUsdc(amount),
  });

const confirmDay = (userId: string, amount: bigint | null) =>
  confirmLimit(deps, {
    by,
    userId,
    kind: "stake",
    period: "day",
    amount: amount === null ? null : microUsdc(amount),
  });

test("a limit counts at once, a tighter one too; a looser one once it is confirmed, 24 hours later to the millisecond", async () => {
  const userId = await player();
  expect(await listLimits(deps, { userId })).toEqual([]);
  const [first] = await setDay(userId, 100n);
  expect(first).toMatchObject({ amount: 100n, used: 0n, remaining: 100n, pending: null });
  expect((await setDay(userId, 40n))[0]).toMatchObject({ amount: 40n, pending: null });
  const from = now.add({ hours: 24 });
  const pending = { amount: microUsdc(90n), from, until: from.add({ hours: 72 }) };
  expect((await setDay(userId, 90n))[0]).toMatchObject({ amount: 40n, pending });
  await wait({ hours: 23 });
  // asked for again it is not put off
  expect((await setDay(userId, 90n))[0]).toMatchObject({ amount: 40n, pending });
  await wait({ minutes: 59, seconds: 59, milliseconds: 999 });
  expect(await refusalOf(confirmDay(userId, 90n))).toBe("NOTHING_TO_CONFIRM");
  await wait({ milliseconds: 1 });
  expect((await listLimits(deps, { userId }))[0]).toMatchObject({ amount: 40n, pending });
  for (const another of [91n, 40n, null]) {
    expect(await refusalOf(confirmDay(userId, another))).toBe("NOTHING_TO_CONFIRM");
  }
  expect((await confirmDay(userId, 90n))[0]).toMatchObject({ amount: 90n, pending: null });
  expect(await refusalOf(confirmDay(userId, 90n))).toBe("NOTHING_TO_CONFIRM");
});

test("a looser limit that nobody confirms lapses after three days, to the millisecond, and counts anew when it is asked for again", async () => {
  const userId = await player();
  await setDay(userId, 40n);
  await setDay(userId, 90n);
  await wait({ hours: 24 + 71, minutes: 59, seconds: 59, milliseconds: 999 });
  expect((await listLimits(deps, { userId }))[0]).toMatchObject({ pending: { amount: 90n } });
  await wait({ milliseconds: 1 });
  expect((await listLimits(deps, { userId }))[0]).toMatchObject({ amount: 40n, pending: null });
  expect(await refusalOf(confirmDay(userId, 90n))).toBe("NOTHING_TO_CONFIRM");
  const from = now.add({ hours: 24 });
  expect((await setDay(userId, 90n))[0]).toMatchObject({ amount: 40n, pending: { from } });
});

test("a limit is taken away 24 hours later at a word, and what was to come is forgotten when a tighter one is set", async () => {
  const userId = await player();
  await setDay(userId, 50n);
  expect((await setDay(userId, null))[0]).toMatchObject({ amount: 50n, pending: { amount: null } });
  expect((await setDay(userId, 50n))[0]).toMatchObject({ amount: 50n, pending: null });
  await setDay(userId, null);
  expect((await setDay(userId, 30n))[0]).toMatchObject({ amount: 30n, pending: null });
  await setDay(userId, null);
  await wait({ hours: 24 });
  expect(await confirmDay(userId, null)).toEqual([]);
  expect((await setDay(userId, 70n))[0]).toMatchObject({ amount: 70n, pending: null });
});

test("limits set at once are on record in the order they took, each with the one before it", async () => {
  const userId = await player();
  await Promise.all(Array.from({ length: 12 }, (_, n) => setDay(userId, BigInt(40 - n))));
  const audit = await listAudit(deps, { limit: 50 });
  const recorded = audit.items.filter(({ subject }) => subject === `user/${userId}`).toReversed();
  const changes = await listChanges(deps, { userId, limit: 50 });
  for (const [n, { content }] of changes.items.toReversed().entries()) {
    expect(recorded[n]).toMatchObject({
      before: { amountMicroUsdc: content["beforeMicroUsdc"] },
      after: { amountMicroUsdc: content["amountMicroUsdc"] },
    });
  }
  expect(recorded).toHaveLength(changes.items.length);
});

test("a tighter limit set at the instant a looser one is confirmed is what counts, whichever comes first", async () => {
  const users = await Promise.all(Array.from({ length: 8 }, player));
  for (const userId of users) {
    await setDay(userId, 40n);
    await setDay(userId, 90n);
  }
  await wait({ hours: 24 });
  for (const [n, userId] of users.entries()) {
    const both = [() => confirmDay(userId, 90n), () => setDay(userId, 30n)];
    if (n % 2 === 0) both.reverse();
    const codes = await Promise.all(both.map((one) => refusalOf(one())));
    expect(["done", "NOTHING_TO_CONFIRM"]).toContain(codes[n % 2 === 0 ? 1 : 0] ?? "");
    expect((await listLimits(deps, { userId }))[0]).toMatchObject({ amount: 30n, pending: null });
  }
});

test("days, ISO weeks and months are UTC's", async () => {
  await using sunday = await scratchDatabase();
  const there = depsOf(sunday);
  const { id: userId } = await createUser(there, { by });
  await sunday.setClock("2026-11-29T23:59:59Z");
  const set = (kind: LimitKind, period: LimitPeriod) =>
    setLimit(there, { by, userId, kind, period, amount: microUsdc(5n) });
  for (const period of ["month", "week", "day"] as const) await set("loss", period);
  await set("deposit", "month");
  const limits = await listLimits(there, { userId });
  const shown = limits.map(
    (limit) => `${limit.kind} ${limit.period} ${limit.periodStart} ${limit.resetsAt}`,
  );
  expect(shown).toEqual([
    "deposit month 2026-11-01T00:00:00Z 2026-12-01T00:00:00Z",
    "loss day 2026-11-29T00:00:00Z 2026-11-30T00:00:00Z",
    "loss week 2026-11-23T00:00:00Z 2026-11-30T00:00:00Z",
    "loss month 2026-11-01T00:00:00Z 2026-12-01T00:00:00Z",
  ]);
});

test("a time-out lasts 24 hours to six weeks, can't be made shorter, and ends by itself", async () => {
  const userId = await player();
  const take = (hours: number) => takeTimeOut(deps, { by, userId, hours });
  for (const hours of [0, 23, 1009, 24.5, Number.NaN]) {
    expect(await refusalOf(take(hours))).toBe("VALIDATION_FAILED");
  }
  const until = now.add({ hours: 48 });
  expect((await take(48)).restrictions).toEqual([
    { kind: "time-out", since: now, until, overAt: until },
  ]);
  expect(await refusalOf(take(24))).toBe("RESTRICTION_STANDS");
  expect((await take(1008)).restrictions).toHaveLength(2);
  await wait({ hours: 1008 });
  expect((await protectionOf(deps, { userId })).restrictions).toEqual([]);
});

const returns = (userId: string) => returnToPlay(deps, { by, userId });

test("a self-exclusion lasts six months at least, and nobody lifts it", async () => {
  const userId = await player();
  const exclude = (months: number | null) => excludeSelf(deps, { by, userId, months });
  for (const months of [0, 5, 61, 6.5]) {
    expect(await refusalOf(exclude(months))).toBe("VALIDATION_FAILED");
  }
  const { restrictions } = await exclude(6);
  const until = now.toZonedDateTimeISO("UTC").add({ months: 6 }).toInstant();
  expect(restrictions).toEqual([{ kind: "self-exclusion", since: now, until, overAt: null }]);
  expect((await unblockUser(deps, { by, userId })).restrictions).toEqual(restrictions);
  expect((await exclude(12)).restrictions).toHaveLength(2);
  expect(await refusalOf(exclude(6))).toBe("RESTRICTION_STANDS");
  expect((await exclude(null)).restrictions).toHaveLength(3);
  expect(await refusalOf(exclude(60))).toBe("RESTRICTION_STANDS");
  await wait({ hours: 24 * 366 * 5 });
  expect(await refusalOf(returns(userId))).toBe("RESTRICTION_STANDS");
  expect((await protectionOf(deps, { userId })).restrictions).toHaveLength(3);
  const { sql } = scratch.owner;
  const lifted = sql`update protection.restriction set lifted_at = clock.now(), lifted_by = ${by.actor.id} where user_id = ${userId}`;
  expect(await refusalOf(lifted)).toContain("restriction_own_stands");
  const over = sql`update protection.restriction set over_at = clock.now() where user_id = ${userId} and ends_at is null`;
  expect(await refusalOf(over)).toContain("restriction_over_after_its_term");
  expect(
    await refusalOf(sql`delete from protection.restriction where user_id = ${userId}`),
  ).toContain("stays on record");
  const asService = scratch.database.sql`update protection.restriction set over_at = clock.now()`;
  expect(await refusalOf(asService)).toContain("permission denied");
});

test("a self-exclusion outlasts its term until a day after its player asks to play again, to the millisecond", async () => {
  const userId = await player();
  const suspended = async () => (await protectionOf(deps, { userId })).restrictions.length > 0;
  expect((await returns(userId)).restrictions).toEqual([]);
  await excludeSelf(deps, { by, userId, months: 6 });
  const term = now.toZonedDateTimeISO("UTC").add({ months: 6 }).toInstant();
  await wait(now.until(term).subtract({ milliseconds: 1 }));
  expect(await refusalOf(returns(userId))).toBe("RESTRICTION_STANDS");
  await wait({ hours: 24 * 400 });
  expect(await suspended()).toBe(true);
  const silent: By = { actor: by.actor, requestId: by.requestId };
  expect(await refusalOf(returnToPlay(deps, { by: silent, userId }))).toBe("VALIDATION_FAILED");
  const overAt = now.add({ hours: 24 });
  expect((await returns(userId)).restrictions).toMatchObject([{ until: term, overAt }]);
  await wait({ hours: 23, minutes: 59, seconds: 59, milliseconds: 999 });
  // asked for again it is not put off
  expect((await returns(userId)).restrictions).toMatchObject([{ overAt }]);
  const sooner = scratch.owner
    .sql`update protection.restriction set over_at = over_at - interval '1 hour' where user_id = ${userId}`;
  expect(await refusalOf(sooner)).toContain("stays as it is");
  await wait({ milliseconds: 1 });
  expect(await suspended()).toBe(false);
  const { items } = await listChanges(deps, { userId, limit: 9 });
  expect(items.map(({ what }) => what)).toEqual(["return", "self-exclusion"]);
});

test("whoever is said to have asked to play again is written to, once, and can shut himself out anew", async () => {
  const userId = await player();
  const address = `${userId}@example.com`;
  await scratch.owner
    .sql`insert into identity.email (user_id, address) values (${userId}, ${address})`;
  await excludeSelf(deps, { by, userId, months: 6 });
  await wait({ hours: 24 * 190 });
  await returns(userId);
  await returns(userId);
  const mailer = memoryMailer();
  await deliverMail({ ...deps, mailer });
  const [letter, ...more] = mailer.sent.filter(({ to }) => to === address);
  expect(letter?.text).toContain(now.add({ hours: 24 }).toString());
  expect(more).toEqual([]);
});

test("whoever asked to play again and shuts himself out once more is out for the new term", async () => {
  const userId = await player();
  await excludeSelf(deps, { by, userId, months: 6 });
  await wait({ hours: 24 * 190 });
  await returns(userId);
  expect((await excludeSelf(deps, { by, userId, months: 6 })).restrictions).toHaveLength(2);
  expect(await refusalOf(returns(userId))).toBe("RESTRICTION_STANDS");
  await wait({ hours: 24 });
  expect((await protectionOf(deps, { userId })).restrictions).toMatchObject([{ overAt: null }]);
});

test("staff block and unblock, and say why; twice is once", async () => {
  const userId = await player();
  const silent: By = { actor: by.actor, requestId: by.requestId };
  expect(await refusalOf(blockUser(deps, { by: silent, userId }))).toBe("VALIDATION_FAILED");
  expect(await refusalOf(unblockUser(deps, { by: silent, userId }))).toBe("VALIDATION_FAILED");
  await Promise.all([1, 2, 3].map(() => blockUser(deps, { by, userId })));
  const { restrictions } = await protectionOf(deps, { userId });
  expect(restrictions).toEqual([{ kind: "block", since: now, until: null, overAt: null }]);
  expect((await unblockUser(deps, { by, userId })).restrictions).toEqual([]);
  expect((await unblockUser(deps, { by, userId })).restrictions).toEqual([]);
});

test("whatever is done is on the audit log and in the player's own history, once, newest first", async () => {
  const userId = await player();
  await setDay(userId, 9n);
  await setDay(userId, 9n);
  await setDay(userId, 10n);
  await setDay(userId, 10n);
  await wait({ hours: 24 });
  await confirmDay(userId, 10n);
  await takeTimeOut(deps, { by, userId, hours: 24 });
  await blockUser(deps, { by, userId });
  await blockUser(deps, { by, userId });
  await unblockUser(deps, { by, userId });
  await excludeSelf(deps, { by, userId, months: 6 });
  await wait({ hours: 24 * 190 });
  await returns(userId);
  await returns(userId);
  const whats: string[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await listChanges(deps, { userId, limit: 2, cursor });
    whats.push(...page.items.map(({ what }) => what));
    if (page.nextCursor === null) break;
    cursor = page.nextCursor;
  }
  expect(whats).toEqual([
    "return",
    "self-exclusion",
    "block-lifted",
    "block",
    "time-out",
    "limit-confirmed",
    "limit",
    "limit",
  ]);
  const audit = await listAudit(deps, { limit: 20 });
  const own = audit.items.filter(({ subject }) => subject === `user/${userId}`);
  expect(own.map(({ action }) => action)).toEqual([
    "user.return",
    "user.self-exclusion",
    "user.unblock",
    "user.block",
    "user.time-out",
    "limit.confirm",
    "limit.set",
    "limit.set",
  ]);
  expect(own.at(-1)).toMatchObject({ after: { kind: "stake", amountMicroUsdc: "9" } });
});

test("only players are protected, and a limit is zero or above", async () => {
  const staff = SYSTEM_ACTORS.scheduler.id;
  for (const userId of [randomUUID(), "nobody", staff]) {
    expect(await refusalOf(setDay(userId, 1n))).toBe("USER_NOT_FOUND");
    expect(await refusalOf(listLimits(deps, { userId }))).toBe("USER_NOT_FOUND");
    expect(await refusalOf(protectionOf(deps, { userId }))).toBe("USER_NOT_FOUND");
    expect(await refusalOf(blockUser(deps, { by, userId }))).toBe("USER_NOT_FOUND");
    expect(await refusalOf(listChanges(deps, { userId, limit: 2 }))).toBe("USER_NOT_FOUND");
  }
  const userId = await player();
  expect(await refusalOf(setDay(userId, -1n))).toBe("AMOUNT_INVALID");
  expect((await setDay(userId, 0n))[0]).toMatchObject({ amount: 0n, remaining: 0n });
});
