import { expect, test } from "bun:test";
import { DomainError, type RateLimit, type RateLimiter } from "@closebell/context";
import fc from "fast-check";
import { memoryLimiter } from "./memory-limiter.ts";
import { stockingLimiter } from "./stocking-limiter.ts";

/** Counts in memory, and how often it was asked; answers in a later turn, as a store does. */
const seenLimiter = () => {
  const memory = memoryLimiter();
  const asked: RateLimit[] = [];
  const limiter: RateLimiter = {
    async take(limits) {
      asked.push(...limits);
      await Bun.sleep(0);
      return memory.takeNow(limits);
    },
    close: () => Promise.resolve(),
  };
  return { asked, limiter };
};

const limit = (key: string, quota: number): RateLimit => ({ key, quota, windowSeconds: 600 });

const allowedOf = async (taking: ReturnType<RateLimiter["take"]>): Promise<boolean> =>
  (await taking).every(({ allowed }) => allowed);

test("a hundredth is fetched at a time, and given out at once", async () => {
  const { asked, limiter } = seenLimiter();
  const stocked = stockingLimiter(limiter);
  const wide = [limit("wide", 1_000)];
  expect(stocked.takeNow(wide)).toBeUndefined();
  expect(await stocked.take(wide)).toMatchObject([{ allowed: true, remaining: 999 }]);
  for (let n = 1; n < 10; n += 1)
    expect(stocked.takeNow(wide)).toMatchObject([{ allowed: true, remaining: 999 - n }]);
  expect(asked).toHaveLength(1);
  expect(stocked.takeNow(wide)).toBeUndefined();
});

test("what is used up is refused without asking anybody", async () => {
  const { asked, limiter } = seenLimiter();
  const stocked = stockingLimiter(limiter);
  const narrow = [limit("narrow", 2)];
  expect(await allowedOf(stocked.take(narrow))).toBe(true);
  expect(await allowedOf(stocked.take(narrow))).toBe(true);
  expect(await allowedOf(stocked.take(narrow))).toBe(false);
  const before = asked.length;
  for (let n = 0; n < 50; n += 1)
    expect(stocked.takeNow(narrow)).toMatchObject([{ allowed: false, remaining: 0 }]);
  expect(asked).toHaveLength(before);
});

test("a thousand who come at once ask a few times, and as many as may get through", async () => {
  const { asked, limiter } = seenLimiter();
  const stocked = stockingLimiter(limiter);
  const taken = await Promise.all(
    Array.from({ length: 1_000 }, () => allowedOf(stocked.take([limit("one", 700)]))),
  );
  expect(taken.filter(Boolean)).toHaveLength(700);
  expect(asked.length).toBeLessThan(10);
});

test("more than a hundredth is fetched only for those who wait for it", async () => {
  const { asked, limiter } = seenLimiter();
  const stocked = stockingLimiter(limiter);
  const wide = [limit("wide", 10_000)];
  const many = (count: number) =>
    Promise.all(Array.from({ length: count }, () => stocked.take(wide)));
  await many(250);
  expect(asked.map(({ upTo }) => upTo)).toEqual([100, 150]);
  // nobody waits any more
  await many(1);
  await many(99);
  await many(1);
  expect(asked.map(({ upTo }) => upTo)).toEqual([100, 150, 100, 100]);
});

test("those who waited in vain while the store was away have nothing fetched for them later", async () => {
  const { asked, limiter } = seenLimiter();
  let away = true;
  const stocked = stockingLimiter({
    take: (limits) => (away ? Promise.reject(new Error("away")) : limiter.take(limits)),
    close: () => Promise.resolve(),
  });
  const wide = [limit("wide", 10_000)];
  await Promise.allSettled(Array.from({ length: 5_000 }, () => stocked.take(wide)));
  away = false;
  await stocked.take(wide);
  expect(asked.map(({ upTo }) => upTo)).toEqual([100]);
});

test("a stock ends with its window, and with too many keys the oldest goes", async () => {
  let at = 0;
  const { asked, limiter } = seenLimiter();
  const stocked = stockingLimiter(limiter, { now: () => at, maxKeys: 2 });
  await stocked.take([limit("a", 500)]);
  expect(stocked.takeNow([limit("a", 500)])).toBeDefined();
  at = 601_000;
  expect(stocked.takeNow([limit("a", 500)])).toBeUndefined();
  for (const key of ["a", "b", "c"]) await stocked.take([limit(key, 500)]);
  expect(stocked.takeNow([limit("a", 500)])).toBeUndefined();
  expect(stocked.takeNow([limit("b", 500)])).toBeDefined();
  expect(asked).toHaveLength(4);
});

test("whoever can't be told because the store is away is told so", async () => {
  const away = new DomainError("OVERLOADED", "away");
  const stocked = stockingLimiter({
    take: () => Promise.reject(away),
    close: () => Promise.resolve(),
  });
  const asks = Array.from({ length: 5 }, () => stocked.take([limit("x", 100)]));
  expect((await Promise.allSettled(asks)).map(({ status }) => status)).toEqual(
    Array.from({ length: 5 }, () => "rejected"),
  );
});

test("whatever is asked of whichever process: no key gives more than its quota, and all of it where one process asks", async () => {
  const keys = fc.uniqueArray(fc.nat(2), { minLength: 1, maxLength: 3 });
  const asks = fc.array(fc.tuple(fc.nat(2), keys), { minLength: 1, maxLength: 400 });
  const quotas = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 3, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(quotas, asks, fc.boolean(), async (quota, all, alone) => {
      const { limiter } = seenLimiter();
      const processes = [0, 1, 2].map(() => stockingLimiter(limiter));
      const taken = [0, 0, 0];
      await Promise.all(
        all.map(async ([process, places]) => {
          const limits = places.map((place) => limit(`k${place}`, quota[place] ?? 1));
          const states = await processes[alone ? 0 : process]?.take(limits);
          if (states?.every(({ allowed }) => allowed) !== true) return;
          for (const place of places) taken[place] = (taken[place] ?? 0) + 1;
        }),
      );
      taken.forEach((count, place) => expect(count).toBeLessThanOrEqual(quota[place] ?? 0));
      const single = all.filter(([, places]) => places.length === 1).map(([, [place]]) => place);
      if (alone && single.length === all.length)
        taken.forEach((count, place) =>
          expect(count).toBe(
            Math.min(quota[place] ?? 0, single.filter((one) => one === place).length),
          ),
        );
    }),
    { numRuns: 60 },
  );
});
